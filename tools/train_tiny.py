#!/usr/bin/env python3
"""Train the shipped model (models/tiny): a small Llama in Hugging Face layout on public-domain English prose.

usage: train_tiny.py CORPUS.xz OUTDIR SECONDS

CORPUS.xz is UTF-8 text with documents separated by the byte 0x1e; 1 % of the documents are held out. Needs one GPU with
torch, transformers and tokenizers. This is the offline recipe: nothing in the build or the tests runs it.
"""
import json
import lzma
import math
import os
import random
import sys
import time

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

VOCAB, HIDDEN, INTERMEDIATE, LAYERS, HEADS, KV_HEADS, HEAD_DIM, CONTEXT = 4096, 384, 1024, 6, 6, 2, 64, 1024
BATCH, PEAK_LR, WARMUP_STEPS, DECAY_FROM = 128, 3e-3, 200, 0.6


def read_documents(path):
    """Documents of at least 2,000 characters, without Bible editions (kept apart for evaluation), shuffled by seed 1."""
    text = lzma.open(path, "rt", encoding="utf-8").read()
    documents = [d for d in text.split("\x1e") if len(d) > 2000 and d.count("unto you") < 20]
    random.Random(1).shuffle(documents)
    return documents


def train_tokenizer(documents, path):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=["<|bos|>", "<|eos|>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([d[:200000] for d in documents[:400]], trainer)
    tokenizer.save(path)
    return tokenizer


def encode(tokenizer, documents):
    """All documents as one stream of ids, BOS in front of each."""
    return np.concatenate([np.array([0] + e.ids, dtype=np.int32) for e in tokenizer.encode_batch(documents)])


def make_model():
    config = LlamaConfig(vocab_size=VOCAB, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE,
                         num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=KV_HEADS,
                         head_dim=HEAD_DIM, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5,
                         tie_word_embeddings=True, bos_token_id=0, eos_token_id=1, attn_implementation="sdpa")
    return LlamaForCausalLM(config).cuda()


def loss_of(model, x):
    with torch.autocast("cuda", dtype=torch.bfloat16):
        logits = model(input_ids=x[:, :-1]).logits
    return torch.nn.functional.cross_entropy(logits.float().reshape(-1, VOCAB), x[:, 1:].reshape(-1))


def learning_rate(step, fraction):
    """Linear warm-up, constant until DECAY_FROM of the time, then linear to zero."""
    decay = 1 if fraction < DECAY_FROM else max(0.0, (1 - fraction) / (1 - DECAY_FROM))
    return PEAK_LR * min(1, (step + 1) / WARMUP_STEPS) * decay


def train(model, ids, seconds):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}],
                                  lr=PEAK_LR, betas=(0.9, 0.95), fused=True)
    compiled = torch.compile(model)
    start, step, fraction = None, 0, 0.0
    while fraction < 1.0:
        elapsed = 0 if start is None else time.time() - start
        fraction = min(1.0, elapsed / seconds)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, fraction)
        at = torch.randint(0, len(ids) - CONTEXT - 1, (BATCH,), device="cuda")
        loss = loss_of(compiled, ids[at[:, None] + torch.arange(CONTEXT + 1, device="cuda")].long())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if step == 5:  # compilation is over: the clock starts
            torch.cuda.synchronize()
            start = time.time()
        if step % 250 == 0:
            print(step, round(loss.item(), 4), f"{elapsed:.0f} s", flush=True)
    return step


def validate(model, ids):
    model.eval()
    with torch.no_grad():
        losses = [loss_of(model, ids[i:i + CONTEXT + 1][None].long()).item()
                  for i in range(0, min(len(ids) - CONTEXT - 1, 200 * CONTEXT), CONTEXT)]
    return math.exp(np.mean(losses))


def main():
    corpus, out, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    os.makedirs(out, exist_ok=True)
    documents = read_documents(corpus)
    print("documents", len(documents), "characters", sum(map(len, documents)))
    tokenizer = train_tokenizer(documents, f"{out}/tokenizer.json")
    held_out = max(1, len(documents) // 100)
    val = torch.from_numpy(encode(tokenizer, documents[:held_out])).cuda()
    ids = torch.from_numpy(encode(tokenizer, documents[held_out:])).cuda()
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("high")
    model = make_model()
    steps = train(model, ids, seconds)
    perplexity = validate(model, val)
    print("steps", steps, "held-out perplexity", perplexity)
    model.to(torch.bfloat16).save_pretrained(out, safe_serialization=True)
    with open(f"{out}/train_log.json", "w") as f:
        json.dump({"val_ppl_ctx1024_autocast": perplexity, "steps": steps, "batch": BATCH, "ctx": CONTEXT,
                   "peak_lr": PEAK_LR, "train_tokens_unique": len(ids), "docs": len(documents)}, f)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
