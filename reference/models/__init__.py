"""Models composed of ordinary `torch.nn` modules, as a user writes them; one public class a file.

`forward` returns logits (a regression its prediction); a loss or a softmax is the caller's.
"""
