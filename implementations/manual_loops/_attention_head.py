"""One head of one sample: queries q[i][c], keys k[s][c], values v[s][c], and what is added to scores, mask[i][s].

    score[i][s] = sum_c q[i][c] * k[s][c] / sqrt(D) + mask[i][s], c < D
    w[i][s] = exp(score[i][s]) / sum_t exp(score[i][t])
    z[i][c] = sum_s w[i][s] * v[s][c]

Keys beyond those of the mask have none. A query whose scores are all -inf has the weights `unseen`, nan or 0.
"""

import math
from typing import Any, NamedTuple

from ._arrays import zeros
from ._softmax_row import softmax_row


class HeadCotangents(NamedTuple):
    """Of the arguments of `attend`, dscore those of the scores."""

    dq: Any
    dk: Any
    dv: Any
    dscore: Any


def attend(q: Any, k: Any, v: Any, mask: Any, features: int, unseen: float) -> tuple[Any, Any]:
    """Return w and z; D is `features`."""
    scale = 1 / math.sqrt(features)
    w, z = [], []
    for i in range(len(q)):
        row = []
        for s in range(len(k)):
            score = 0.0
            for c in range(features):
                score += q[i][c] * k[s][c]
            row.append(score * scale + (mask[i][s] if s < len(mask[i]) else 0.0))
        if all(score == -math.inf for score in row):
            w.append([unseen] * len(row))
        else:
            w.append(softmax_row(row))
        z.append([sum(w[i][s] * v[s][c] for s in range(len(k))) for c in range(features)])
    return w, z


def attend_pullback(dz: Any, dweights: Any, w: Any, q: Any, k: Any, v: Any, features: int) -> HeadCotangents:
    """Return the cotangents for those of z and w."""
    scale, keys = 1 / math.sqrt(features), len(k)
    dq, dk, dv = zeros(len(q), features), zeros(keys, features), zeros(keys, features)
    dscore = zeros(len(q), keys)
    for i in range(len(q)):
        dw = list(dweights[i])
        mean = 0.0
        for s in range(keys):
            for c in range(features):
                dw[s] += dz[i][c] * v[s][c]
                dv[s][c] += w[i][s] * dz[i][c]
            mean += w[i][s] * dw[s]
        for s in range(keys):
            dscore[i][s] = w[i][s] * (dw[s] - mean)
            for c in range(features):
                dq[i][c] += scale * dscore[i][s] * k[s][c]
                dk[s][c] += scale * dscore[i][s] * q[i][c]
    return HeadCotangents(dq, dk, dv, dscore)
