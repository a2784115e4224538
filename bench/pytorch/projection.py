"""The same projections by umap-learn and scikit-learn, for bench/projection.ts to compare with: processor seconds, of components the
median wall of five runs; and trustworthiness."""
import json, statistics, sys, time, warnings

warnings.filterwarnings("ignore")
import numpy as np
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

method, file = sys.argv[1:]
points = load_file(file)["states"]


def umap_layout(x):
    import numba, umap, umap.umap_ as parts

    # fastmath lets the compiler assume that nothing is infinite; with recent versions widths then come out infinite.
    parts.smooth_knn_dist = numba.njit(fastmath=False)(parts.smooth_knn_dist.py_func)
    run = lambda: umap.UMAP(n_neighbors=15, random_state=0).fit_transform(x)
    run()  # compiles
    return run


def start(x):
    if method == "pca":
        return lambda: PCA(2, svd_solver="covariance_eigh").fit_transform(x)
    if method == "tsne":
        return lambda: TSNE(2, perplexity=30, init="pca", random_state=0, n_jobs=1).fit_transform(x)
    return umap_layout(x)


run = start(points)
clock = time.perf_counter if method == "pca" else time.process_time
spent = []
for _ in range(6 if method == "pca" else 1):
    began = clock()
    layout = run()
    spent.append(clock() - began)
seconds = statistics.median(spent[-5:])
trust = None if method == "pca" else float(trustworthiness(points, layout, n_neighbors=15))
print(json.dumps({"seconds": seconds, "trustworthiness": trust}))
