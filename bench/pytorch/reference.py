"""The same work in PyTorch, Captum and Inseq, for bench/attribution.ts to compare with. Reads one JSON request a line, answers one.

Eager mode, frozen weights, transformers' default attention; only the target's row goes through the vocabulary; the prefix ends at
the target, since later tokens cannot matter.
"""
import json, math, sys, time
import torch, transformers as T

MODELS = {"gpt2": T.GPT2LMHeadModel, "marian": T.MarianMTModel, "pegasus": T.PegasusForConditionalGeneration}
state = {}


def load(path, threads):
    torch.set_num_threads(threads)
    state.clear()
    kind = json.load(open(f"{path}/config.json"))["model_type"]
    model = MODELS[kind].from_pretrained(path, dtype=torch.float32).eval()
    for p in model.parameters():
        p.requires_grad_(False)
    state.update(model=model, kind=kind, path=path)
    return {"parameters": sum(p.numel() for p in model.parameters())}


def embeddings(ids, side):
    """Rows of the table, and what the model multiplies them by when it is given embeddings instead of ids."""
    m = state["model"]
    if state["kind"] == "gpt2":
        return m.transformer.wte(ids)
    stack = m.get_encoder() if side == "source" else m.get_decoder()
    scale = math.sqrt(m.config.d_model) if m.config.scale_embedding else 1.0
    return torch.nn.functional.embedding(ids, stack.embed_tokens.weight) * scale


def scale_inside():
    """Whether inputs_embeds are still scaled by the model: found by comparing, since versions differ."""
    m = state["model"]
    if state["kind"] == "gpt2":
        return 1.0, 1.0
    i, d = torch.tensor([[5, 6, 7]]), torch.tensor([[m.config.decoder_start_token_id, 8]])
    with torch.no_grad():
        want = m(input_ids=i, decoder_input_ids=d).logits
        e, f = embeddings(i, "source"), embeddings(d, "prefix")
        root = math.sqrt(m.config.d_model)
        for s in (1.0, root):
            for t in (1.0, root):
                if torch.allclose(m(inputs_embeds=e / s, decoder_inputs_embeds=f / t).logits, want, atol=1e-4):
                    return s, t
    raise SystemExit("embedding scale not found")


def prepare(source, prefix, position, target, special):
    ids = torch.tensor([source[: position + 1] if prefix is None else source])
    dec = None if prefix is None else torch.tensor([prefix[: position + 1]])
    ends = [embeddings(ids, "source")] + ([] if dec is None else [embeddings(dec, "prefix")])
    starts = []
    for e, i in zip(ends, [ids] + ([] if dec is None else [dec])):
        keep = torch.isin(i, torch.tensor(special)).unsqueeze(-1)
        starts.append(torch.where(keep, e, torch.zeros_like(e)))
    return ends, starts, target


def objective_of(target, scales):
    m = state["model"]

    def objective(*embedded):
        if state["kind"] == "gpt2":
            hidden = m.transformer(inputs_embeds=embedded[0], use_cache=False).last_hidden_state
            logits = m.lm_head(hidden[:, -1])
        else:
            out = m.model(inputs_embeds=embedded[0] / scales[0], decoder_inputs_embeds=embedded[1] / scales[1], use_cache=False)
            logits = m.lm_head(out.last_hidden_state[:, -1]) + m.final_logits_bias[0]
        return torch.log_softmax(logits, -1)[:, target]

    return objective


def timed(f, repeat=1):
    best = []
    for _ in range(repeat):
        t = time.perf_counter()
        f()
        best.append(time.perf_counter() - t)
    return sorted(best)[len(best) // 2]


def node(source, prefix, position, target, special, batch):
    """Seconds of one forward pass and input gradient, per node, `batch` nodes side by side."""
    ends, starts, target = prepare(source, prefix, position, target, special)
    objective = objective_of(target, state.setdefault("scales", scale_inside()))
    alphas = ((torch.arange(batch) + 0.5) / batch).view(-1, 1, 1)

    def work():
        points = [(s + alphas * (e - s)).requires_grad_() for e, s in zip(ends, starts)]
        torch.autograd.grad(objective(*points).sum(), points)

    return {"seconds": timed(work) / batch}


def attributor(source, prefix, position, target, special, batch):
    """Captum on one target: a function of the number of steps that gives the completeness gap, and the change of the objective."""
    from captum.attr import IntegratedGradients

    ends, starts, target = prepare(source, prefix, position, target, special)
    objective = objective_of(target, state.setdefault("scales", scale_inside()))
    ig = IntegratedGradients(objective)
    with torch.no_grad():
        change = float(objective(*ends) - objective(*starts))

    def run(steps):
        options = {"method": "gausslegendre", "internal_batch_size": batch, "return_convergence_delta": True}
        return float(ig.attribute(tuple(ends), tuple(starts), n_steps=steps, **options)[1])

    return run, change


def sweep(candidates, **question):
    """Which numbers of steps reach a gap of 1 %. Three in a row that do are taken to mean that more steps do too."""
    run, change = attributor(**question)
    reached = []
    for steps in candidates:
        settled = len(reached) >= 3 and all(reached[-3:])
        reached.append(settled or abs(run(steps)) <= 0.01 * max(abs(change), 0.1))
    return {"reached": reached}


def captum(steps, **question):
    run, change = attributor(**question)
    t = time.perf_counter()
    gap = run(steps)
    return {"seconds": time.perf_counter() - t, "gap": abs(gap) / max(abs(change), 0.1)}


def inseq_all(text, output, steps, first, targets):
    """Every token of the output, as Inseq does it: one attribution per token; or `targets` of them, counted from the token `first`."""
    import inseq
    from tokenizers import Tokenizer, models, pre_tokenizers

    if "inseq" not in state:
        tokenizer = T.AutoTokenizer.from_pretrained(state["path"])
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        state["inseq"] = inseq.load_model(state["model"], "integrated_gradients", tokenizer=tokenizer)
    m = state["inseq"]
    t = time.perf_counter()
    kw = dict(n_steps=steps, internal_batch_size=min(steps, 16), return_convergence_delta=True, attributed_fn="probability", show_progress=False)
    if state["kind"] == "gpt2":
        begin = len(m.tokenizer(text)["input_ids"]) + first
        out = m.attribute(text, text + output, attr_pos_start=begin, attr_pos_end=None if targets is None else begin + targets, **kw)
    else:
        out = m.attribute(text, output, attribute_target=True, attr_pos_start=1 + first, attr_pos_end=None if targets is None else 1 + first + targets, **kw)
    seconds = time.perf_counter() - t
    deltas = out.sequence_attributions[0].step_scores["deltas"]
    return {"seconds": seconds, "targets": int(deltas.shape[0]), "largest_gap": float(deltas.abs().max())}


class Softmax:
    """Takes the place of softmax during one forward pass: counts the attention layers in the order they are reached, and replaces
    what one of them returns."""

    def __init__(self, edit=None):
        self.original, self.edit, self.seen = torch.nn.functional.softmax, edit or {}, []

    def __call__(self, x, dim=None, _stacklevel=3, dtype=None):
        layer = len(self.seen)
        out = self.edit[layer] if layer in self.edit else self.original(x, dim=dim)
        self.seen.append(out)
        return out

    def __enter__(self):
        torch.nn.functional.softmax = self
        return self

    def __exit__(self, *_):
        torch.nn.functional.softmax = self.original


def attention_attribution(source, prefix, position, target, special, nodes, batch, layers):
    """A * integral of dF(aA)/dA for all heads of one layer at a time, `batch` nodes side by side; every layer and kind by turns,
    or those with the given numbers in the order they are reached. Nothing before the layer needs a gradient, but it is computed."""
    m = state["model"]
    m.set_attn_implementation("eager")
    ends, _, target = prepare(source, prefix, position, target, special)
    objective = objective_of(target, state.setdefault("scales", scale_inside()))
    with torch.no_grad(), Softmax() as softmax:
        objective(*ends)
    chosen = range(len(softmax.seen)) if layers is None else layers
    x, w = (torch.tensor(v, dtype=torch.float32) for v in __import__("numpy").polynomial.legendre.leggauss(nodes))
    seconds = []
    for layer in chosen:
        t = time.perf_counter()
        weights, total = softmax.seen[layer], 0
        for a, b in zip(((x + 1) / 2).split(batch), (w / 2).split(batch)):
            scaled = (a.view(-1, 1, 1, 1) * weights).requires_grad_()
            with Softmax({layer: scaled}):
                out = objective(*(e.expand(len(a), -1, -1) for e in ends))
            total = total + (b.view(-1, 1, 1, 1) * torch.autograd.grad(out.sum(), scaled)[0]).sum(0)
        (weights[0] * total).numpy()
        seconds.append(time.perf_counter() - t)
    m.set_attn_implementation("sdpa")
    return {"seconds": seconds, "layers": len(softmax.seen)}


TASKS = {
    "load": load,
    "node": node,
    "sweep": sweep,
    "captum": captum,
    "inseq": inseq_all,
    "attention": attention_attribution,
}

if __name__ == "__main__":
    import logging, os, warnings

    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["HF_HUB_OFFLINE"] = "1"
    reply = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries that print must not break the protocol
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = TASKS[request.pop("task")](**request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        reply.write(json.dumps(answer) + "\n")
        reply.flush()
