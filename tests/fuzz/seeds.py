#!/usr/bin/env python3
"""Make the first inputs of the fuzzers: small well-formed files of each kind, in tests/fuzz/corpus.

    python3 tests/fuzz/seeds.py                      # safetensors, shards, gguf, tokenizer, config
    build/fqbench quantize -m DIR --variant V -o OUT # manifest-*.json: OUT/fqbench.json of the model in DIR (--model DIR)
csv, yaml and claims start from the header rows and presets of this repository. What fuzzing added has other names.
"""
import json
import os
import struct
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
LAYERS, HIDDEN, INTER, HEADS, KV, DIM, VOCAB = 2, 32, 64, 2, 1, 16, 40
CONFIG = {"model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": INTER, "num_hidden_layers": LAYERS,
          "num_attention_heads": HEADS, "num_key_value_heads": KV, "vocab_size": VOCAB, "max_position_embeddings": 64,
          "rms_norm_eps": 1e-5, "bos_token_id": 1, "eos_token_id": [2, 3]}


def put(target, name, data):
    os.makedirs(os.path.join(HERE, target), exist_ok=True)
    with open(os.path.join(HERE, target, name), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, shape, raw in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def llama_tensors():
    rows = [("model.embed_tokens.weight", [VOCAB, HIDDEN]), ("model.norm.weight", [HIDDEN]), ("lm_head.weight", [VOCAB, HIDDEN])]
    for l in range(LAYERS):
        p = "model.layers.%d." % l
        rows += [(p + "input_layernorm.weight", [HIDDEN]), (p + "post_attention_layernorm.weight", [HIDDEN]),
                 (p + "self_attn.q_proj.weight", [HEADS * DIM, HIDDEN]), (p + "self_attn.k_proj.weight", [KV * DIM, HIDDEN]),
                 (p + "self_attn.v_proj.weight", [KV * DIM, HIDDEN]), (p + "self_attn.o_proj.weight", [HIDDEN, HEADS * DIM]),
                 (p + "mlp.gate_proj.weight", [INTER, HIDDEN]), (p + "mlp.up_proj.weight", [INTER, HIDDEN]),
                 (p + "mlp.down_proj.weight", [HIDDEN, INTER])]
    out = []
    for i, (name, shape) in enumerate(rows):
        n = shape[0] * (shape[1] if len(shape) > 1 else 1)
        bits = [struct.unpack("<I", struct.pack("<f", float((e * 7 + i * 13) % 101 - 50)))[0] >> 16 for e in range(n)]
        out.append((name, "BF16", shape, struct.pack("<%dH" % n, *bits)))
    return out


def text(s):
    b = s.encode()
    return struct.pack("<Q", len(b)) + b


def value(key, kind, v):
    codes = {"u8": (0, "<B"), "i8": (1, "<b"), "u16": (2, "<H"), "u32": (4, "<I"), "i32": (5, "<i"), "f32": (6, "<f"),
             "bool": (7, "<B"), "u64": (10, "<Q"), "f64": (12, "<d")}
    if kind == "str":
        return text(key) + struct.pack("<I", 8) + text(v)
    if kind == "strs":
        return text(key) + struct.pack("<IIQ", 9, 8, len(v)) + b"".join(text(s) for s in v)
    if kind in ("f32s", "i32s"):
        t, f = (6, "f") if kind == "f32s" else (5, "i")
        return text(key) + struct.pack("<IIQ", 9, t, len(v)) + struct.pack("<%d%s" % (len(v), f), *v)
    code, fmt = codes[kind]
    return text(key) + struct.pack("<I", code) + struct.pack(fmt, v)


def gguf(values, tensors, version=3):
    infos, data = b"", b""
    for name, dims, kind, raw in tensors:
        data += b"\0" * (-len(data) % 32)
        infos += text(name) + struct.pack("<I", len(dims)) + b"".join(struct.pack("<Q", d) for d in dims)
        infos += struct.pack("<IQ", kind, len(data))
        data += raw
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values)) + b"".join(values) + infos
    return head + b"\0" * (-len(head) % 32) + data


SHAPE = [value("general.architecture", "str", "llama"), value("llama.block_count", "u32", 1),
         value("llama.embedding_length", "u32", 32), value("llama.feed_forward_length", "u32", 32),
         value("llama.attention.head_count", "u32", 2), value("llama.attention.head_count_kv", "u32", 1),
         value("llama.attention.layer_norm_rms_epsilon", "f32", 1e-5), value("llama.context_length", "u32", 64),
         value("llama.rope.freq_base", "f32", 10000.0)]
SPM = [value("tokenizer.ggml.model", "str", "llama"),
       value("tokenizer.ggml.tokens", "strs", ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % i for i in range(8)] + ["\u2581", "a", "b", "ab", "\u2581a"]),
       value("tokenizer.ggml.scores", "f32s", [0.0] * 11 + [-1.0, -2.0, -3.0, -4.0, -5.0]),
       value("tokenizer.ggml.token_type", "i32s", [2, 3, 3] + [6] * 8 + [1] * 5),
       value("tokenizer.ggml.bos_token_id", "u32", 1), value("tokenizer.ggml.eos_token_id", "u32", 2)]
BPE = [value("tokenizer.ggml.model", "str", "gpt2"), value("tokenizer.ggml.pre", "str", "llama-bpe"),
       value("tokenizer.ggml.tokens", "strs", ["<|bos|>", "H", "e", "l", "o", "He", "ll", "Hell", "\u0120"]),
       value("tokenizer.ggml.merges", "strs", ["H e", "l l", "He ll"]),
       value("tokenizer.ggml.token_type", "i32s", [3] + [1] * 8)]


def gguf_llama(kind, row_bytes):
    dims = [("token_embd", 16, 32), ("output", 16, 32)]
    parts = [("attn_q", 32, 32), ("attn_k", 16, 32), ("attn_v", 16, 32), ("attn_output", 32, 32),
             ("ffn_gate", 32, 32), ("ffn_up", 32, 32), ("ffn_down", 32, 32)]
    t = [(n + ".weight", [c, r], kind, bytes(range(1, 9)) * (r * row_bytes // 8 + 1)) for n, r, c in dims]
    t = [(n, d, k, raw[:d[1] * row_bytes]) for n, d, k, raw in t]
    for n, r, c in parts:
        t.append(("blk.0.%s.weight" % n, [c, r], kind, (bytes(range(1, 9)) * (r * row_bytes // 8 + 1))[:r * row_bytes]))
    for n in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        t.append((n + ".weight", [32], 0, struct.pack("<32f", *([1.0] * 32))))
    return t


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--model":
        os.makedirs(sys.argv[2], exist_ok=True)
        with open(os.path.join(sys.argv[2], "config.json"), "w") as f:
            json.dump(CONFIG, f)
        with open(os.path.join(sys.argv[2], "model.safetensors"), "wb") as f:
            f.write(safetensors(llama_tensors()))
        return
    put("safetensors", "empty", safetensors([]))
    put("safetensors", "floats", safetensors([("a", "F32", [2, 3], b"\0\0\x80?" * 6), ("b", "F16", [4], b"\0<" * 4),
                                              ("c", "BF16", [1, 2, 1, 2], b"\x80?" * 4)], {"format": "pt"}))
    put("safetensors", "saved", safetensors([("codes", "U8", [2, 8], bytes(range(16))), ("order", "I32", [4], bytes(16))]))
    put("safetensors", "llama", safetensors(llama_tensors()[:5]))
    put("shards", "two", json.dumps({"metadata": {"total_size": 12}, "weight_map": {
        "b": "model-00002-of-00002.safetensors", "a": "model-00001-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}}))
    put("shards", "one", '{"weight_map":{"x":"m.safetensors"}}')
    put("shards", "none", '{"weight_map":{}}')
    put("gguf", "values", gguf([value("k%d" % i, k, 1) for i, k in enumerate(("u8", "i8", "u16", "u32", "i32", "f32", "bool", "u64", "f64"))], []))
    put("gguf", "spm-f16", gguf(SHAPE + SPM, gguf_llama(1, 64)))
    put("gguf", "bpe-q8_0", gguf(SHAPE + BPE, gguf_llama(8, 34)))
    put("gguf", "q4_0", gguf(SHAPE + [value("general.alignment", "u32", 32)], gguf_llama(2, 18), 2))
    put("gguf", "q5_1", gguf(SHAPE + SPM[:3], gguf_llama(7, 24)))
    base = {"version": "1.0", "added_tokens": [{"id": 0, "content": "<s>", "special": True, "lstrip": False, "rstrip": False,
                                                 "normalized": False, "single_word": False}],
            "normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "unk_token": None, "fuse_unk": False, "byte_fallback": False,
            "ignore_merges": False, "vocab": {"<s>": 0, "H": 1, "e": 2, "l": 3, "o": 4, "He": 5, "ll": 6, "\u0120": 7}, "merges": ["H e", "l l"]}}
    put("tokenizer", "byte-level", json.dumps(base))
    base["model"]["merges"] = [["H", "e"], ["l", "l"]]
    base["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}| ?\\p{L}+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": True, "use_regex": False}]}
    put("tokenizer", "split", json.dumps(base))
    base["pre_tokenizer"] = {"type": "Digits", "individual_digits": True}
    base["model"]["ignore_merges"] = True
    base["model"]["byte_fallback"] = True
    put("tokenizer", "digits", json.dumps(base))
    put("config", "small", json.dumps(CONFIG))
    put("config", "llama3", json.dumps(dict(CONFIG, rope_theta=500000.0, rope_scaling={
        "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
        "rope_type": "llama3"}, tie_word_embeddings=True, attention_bias=False, mlp_bias=False, hidden_act="silu",
        architectures=["LlamaForCausalLM"], head_dim=16, torch_dtype="bfloat16")))
    put("config", "linear", json.dumps(dict(CONFIG, rope_scaling={"type": "linear", "factor": 2.0}, bos_token_id=None)))


main()
