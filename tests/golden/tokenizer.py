#!/usr/bin/env python3
"""Make tests/golden/tokenizer_golden.h with Hugging Face tokenizers (0.23.3), the reference of test_tokenizer*.c.

    pip install tokenizers && python3 tests/golden/tokenizer.py models/tiny/tokenizer.json SMOLLM2.gguf \
        > tests/golden/tokenizer_golden.h
SMOLLM2.gguf is what `make model-smollm2` fetches; its tokens and merges go into an equivalent Hugging Face tokenizer.
"""
import hashlib
import json
import struct
import sys

from tokenizers import Tokenizer

TEXTS = [
    "", "a", "Hello, world!", " leading and trailing ", "     five   spaces    \n   x", "a\tb\t\tc\n\n\nd\r\ne\r\n\r\nf",
    "don't I'll you've they're we'd she's I'm DON'T I'LL 's ''s \t's", "12345 67 890 1,234.56 \u0663\u0664\u0665 \u00bd \u2167 \u00b2",
    "na\u00efve caf\u00e9 \u00c5ngstr\u00f6m \ufb01", "e\u0301 a\u0308\u0301 \u0928\u093f \u1100\u1161\u11a8",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8 \u4e2d\u6587 \ud55c\uad6d\uc5b4",
    "\U0001f600\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd",
    "<|bos|>In the beginning<|eos|> x <|bos|><|bos|>", "<|bos <|bos| > <|eos|", "a<|eos|>b", "<|im_start|>user\nHi<|im_end|>",
    "\u00a0\u2003\u3000x\u180ey\u0085z\u200b\u2028w", "\x00\x01nul\x00", "!!!???...---***", "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "_snake_case camelCase HTTPServer", " " * 40 + "y", "\n" * 20, "\ufeffbom", "\U0010ffff\U000e0001", "'\u017f I'\u017f x'S",
    "\r\n \r\n  ", "ab\u2581cd \u2581",
]
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
          r"\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_level(regex, prefix=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def sequence(*stages):
    return {"type": "Sequence", "pretokenizers": list(stages)}


def split(pattern, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": "Isolated", "invert": False}


def digits(individual):
    return {"type": "Digits", "individual_digits": individual}


# Beside the shipped tokenizer: other pre-tokenizers over its vocabulary. name, pre_tokenizer, every how manieth merge
# is kept (2 leaves words that only ignore_merges can reach), ignore_merges.
VARIANTS = [
    ("llama3", sequence(split(LLAMA3), byte_level(False)), 1, True),
    ("llama3_ignore_merges", sequence(split(LLAMA3), byte_level(False)), 2, True),
    ("llama3_interpreted", sequence(split("(*NO_JIT)" + LLAMA3), byte_level(False)), 1, True),
    ("smollm", sequence(digits(True), byte_level(True)), 1, False),
    ("digit_runs", sequence(digits(False), byte_level(True)), 1, False),
    ("prefix", byte_level(True, True), 1, False),
    ("no_regex", byte_level(False), 1, False),
    ("literal", sequence(split(" the", "String"), split("x*"), byte_level(True)), 1, False),
]


def c_string(data):
    out = ""
    for i, b in enumerate(data):
        plain = 32 <= b < 127 and chr(b) not in '"\\?'
        out += chr(b) if plain else "\\%03o" % b
    return '"' + out + '"'


def wrap(words, indent=4, width=118):
    line, lines = " " * indent, []
    for w in words:
        if len(line) + len(w) + 1 > width:
            lines.append(line.rstrip())
            line = " " * indent
        line += w + " "
    return "\n".join(lines + [line.rstrip()])


def ids_of(tokenizer):
    return [tokenizer.encode(t, add_special_tokens=False).ids for t in TEXTS]


def digest(rows):
    """SHA-256 of all ids as little-endian int32, -1 after each text."""
    flat = [i for row in rows for i in row + [-1]]
    return hashlib.sha256(struct.pack("<%di" % len(flat), *flat)).hexdigest()


def gguf_metadata(path):
    with open(path, "rb") as f:
        _, _, _, count = struct.unpack("<4sIQQ", f.read(24))
        text = lambda: f.read(struct.unpack("<Q", f.read(8))[0]).decode()
        codes = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

        def value(kind):
            if kind == 8:
                return text()
            if kind == 9:
                item, n = struct.unpack("<IQ", f.read(12))
                return [value(item) for _ in range(n)]
            return struct.unpack("<" + codes[kind], f.read(struct.calcsize(codes[kind])))[0]

        meta = {}
        for _ in range(count):
            key = text()
            meta[key] = value(struct.unpack("<I", f.read(4))[0])
        return meta


def smollm2(path, model):
    meta = gguf_metadata(path)
    tokens, types = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
    model["model"].update(vocab={t: i for i, t in enumerate(tokens)}, ignore_merges=False,
                          merges=[m.split(" ") for m in meta["tokenizer.ggml.merges"]])
    model["added_tokens"] = [dict(model["added_tokens"][0], id=i, content=t)
                             for i, t in enumerate(tokens) if types[i] in (3, 4)]
    model["pre_tokenizer"] = sequence(digits(True), byte_level(True))
    return Tokenizer.from_str(json.dumps(model))


def main():
    source = open(sys.argv[1], encoding="utf-8").read()
    shipped = Tokenizer.from_str(source)
    print("/* Ids by Hugging Face tokenizers for test_tokenizer*.c. Made by tests/golden/tokenizer.py; do not edit. */\n"
          "/* clang-format off */")
    print("#ifndef FQ_TESTS_TOKENIZER_GOLDEN_H\n#define FQ_TESTS_TOKENIZER_GOLDEN_H\n#include <stddef.h>\n")
    print("typedef struct golden_text {\n    const char *text;\n    size_t bytes;\n    int n, first; /* ids "
          "golden_ids[first .. first + n) of models/tiny */\n} golden_text;\n")
    rows, first = ids_of(shipped), 0
    print("static const golden_text golden_texts[] = {")
    for t, row in zip(TEXTS, rows):
        print("    {%s, %d, %d, %d}," % (c_string(t.encode()), len(t.encode()), len(row), first))
        first += len(row)
    print("};\n\nstatic const int golden_ids[] = {\n" + wrap(["%d," % i for row in rows for i in row]) + "\n};\n")
    print("/* The shipped vocabulary with another pre_tokenizer, every keep-th merge and ignore_merges. digest: SHA-256 "
          "of the\n * ids of all texts above as little-endian int32, each text followed by -1. */")
    print("typedef struct golden_variant {\n    const char *name, *pre_tokenizer;\n    int keep, ignore_merges;\n"
          "    const char *digest;\n} golden_variant;\n\nstatic const golden_variant golden_variants[] = {")
    for name, pre, keep, ignore in VARIANTS:
        model = json.loads(source)
        model["model"].update(ignore_merges=ignore, merges=model["model"]["merges"][::keep])
        model["pre_tokenizer"] = json.loads(json.dumps(pre).replace("(*NO_JIT)", ""))
        rows = ids_of(Tokenizer.from_str(json.dumps(model)))
        print('    {"%s",\n     %s,\n     %d, %d, "%s"},' %
              (name, c_string(json.dumps(pre).encode()), keep, ignore, digest(rows)))
    rows = ids_of(smollm2(sys.argv[2], json.loads(source)))
    print("};\n\n/* The same over SmolLM2's GGUF. */")
    print('static const char golden_smollm2[] = "%s";\n#endif' % digest(rows))


main()
