#!/usr/bin/env bash
# Makes the Python environment that the benchmarks compare with. The product, its tests and CI never need it.
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet torch==2.13.0 transformers==5.23.0 captum==0.9.0 inseq==0.7.1 safetensors==0.8.0 umap-learn==0.5.9.post2 scikit-learn==1.9.1
.venv/bin/python - <<'PY'
import torch, transformers, captum
print("torch", torch.__version__, "transformers", transformers.__version__, "captum", captum.__version__)
PY
