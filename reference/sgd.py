"""sgd: a step of stochastic gradient descent."""

from collections.abc import Mapping

from torch import Tensor, nn

from ._optimizers import check_names, refuse_negative, refuse_tensors


class SGD(nn.Module):
    """params[n] = params[n] - lr * d[n] for every name n

    With g = gradients[n], or its negative if `maximize`:

        g = g + weight_decay * params[n]
        buffer = momentum * buffer + (1 - dampening) * g, and g where there is no buffer yet
        d = g if momentum is 0; g + momentum * buffer if nesterov; buffer otherwise

    One step as a function: what torch.optim.SGD changes in place is returned. It is not differentiated.

    Config:
        lr: step size, 0 or more; a plain number.
        momentum: 0 or more; with 0 no buffer is kept.
        dampening: share of the gradient that does not enter the buffer; the first gradient enters whole.
        weight_decay: 0 or more.
        nesterov: needs a momentum and no dampening.
        maximize: climb.

    Params:
        n: (...), for every name n

    Inputs:
        gradients: {n: (...)}, the names and shapes of params
        state: {"n.momentum_buffer": (...)}, for all n, some or none: empty before the first step

    Output:
        params: {n: (...)}
        state: {"n.momentum_buffer": (...)}, for all n, or {} if momentum is 0

    Raises:
        ValueError: an option out of range; names or shapes of gradients or state are not those of params.
        NotImplementedError: lr or weight_decay is a tensor.

    torch's foreach, fused and differentiable say how a step is executed, and change no number that it means.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    def __init__(
        self,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__()
        refuse_tensors(lr=lr, weight_decay=weight_decay)
        refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum and no dampening")
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay, self.nesterov, self.maximize = weight_decay, nesterov, maximize

    def forward(
        self, params: Mapping[str, Tensor], gradients: Mapping[str, Tensor], state: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        kept = ("momentum_buffer",) if self.momentum != 0 else ()
        check_names(params, gradients, state, kept)
        stepped: dict[str, Tensor] = {}
        buffers: dict[str, Tensor] = {}
        for name, param in params.items():
            gradient = -gradients[name] if self.maximize else gradients[name]
            if self.weight_decay != 0:
                gradient = gradient.add(param, alpha=self.weight_decay)
            if self.momentum != 0:
                buffer = state.get(f"{name}.momentum_buffer")
                if buffer is None:
                    buffer = gradient.clone()
                else:
                    buffer = (buffer * self.momentum).add(gradient, alpha=1 - self.dampening)
                buffers[f"{name}.momentum_buffer"] = buffer
                gradient = gradient.add(buffer, alpha=self.momentum) if self.nesterov else buffer
            stepped[name] = param.add(gradient, alpha=-self.lr)
        return stepped, buffers
