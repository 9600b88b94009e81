"""Known-answer vectors for the gradient graphs: small networks, exported by PyTorch, with the loss and all gradients that PyTorch
computes for them in float64.

    python3 known_gradients.py OUTPUT_FOLDER

Needs Debian's python3-torch (1.13) and python3-onnx. Writes NAME.onnx (float32, training mode kept) and NAME.json
({"loss": kind, "training": bool, "batch": n, "input": [..], "labels": [..], "targets": [..], "value": loss,
"gradients": {parameter: [..]}}), all arrays row-major.
"""
import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


class LeNet(nn.Module):
    """Two convolutions with max pooling, two dense layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 3, padding=1)
        self.conv2 = nn.Conv2d(3, 4, 3)
        self.fc1 = nn.Linear(16, 8)
        self.fc2 = nn.Linear(8, 5)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc2(torch.tanh(self.fc1(torch.flatten(x, 1))))


class Residual(nn.Module):
    """A residual block with batch normalization, strides in the shortcut, global average pooling."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(2, 4, 3, stride=2, padding=1, bias=False)
        self.na = nn.BatchNorm2d(4)
        self.b = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.nb = nn.BatchNorm2d(4)
        self.short = nn.Conv2d(2, 4, 1, stride=2)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        y = self.nb(self.b(F.relu(self.na(self.a(x)))))
        y = F.relu(y + self.short(x))
        return self.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))


class Depthwise(nn.Module):
    """A depthwise-separable convolution with HardSwish, average pooling and a sigmoid answer."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(3, 6, 1)
        self.depth = nn.Conv2d(6, 6, 3, padding=1, groups=6, stride=2)
        self.point = nn.Conv2d(6, 4, 1)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        x = F.hardswish(self.wide(x))
        x = F.leaky_relu(self.depth(x), 0.1)
        x = F.elu(self.point(x))
        x = F.avg_pool2d(x, 2)
        return torch.sigmoid(self.fc(x.flatten(1)))


class Overlapping(nn.Module):
    """Overlapping and padded max pooling, dilated and grouped convolution, softmax as the answer."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, dilation=2, padding=2, groups=2)
        self.fc = nn.Linear(64, 4)

    def forward(self, x):
        x = F.max_pool2d(self.conv(x), 3, stride=2, padding=1)
        x = F.max_pool2d(x, 2, stride=1, padding=1)[:, :, 1:, 1:]
        return torch.softmax(self.fc(x.flatten(1)), 1)


def main(folder):
    cases = [
        ("lenet", LeNet(), (4, 1, 12, 12), "softmax", True),
        ("residual-training", Residual(), (4, 2, 6, 6), "softmax", True),
        ("residual-frozen", Residual(), (4, 2, 6, 6), "softmax", False),
        ("depthwise", Depthwise(), (3, 3, 8, 8), "sigmoid", True),
        ("overlapping", Overlapping(), (3, 2, 8, 8), "softmax", True),
    ]
    for number, (name, net, shape, loss, training) in enumerate(cases):
        torch.manual_seed(100 + number)
        for p in net.parameters():
            p.data = torch.randn_like(p) * (0.4 if p.dim() > 1 else 0.2) + (1.0 if p.dim() == 1 and "Batch" in name else 0)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.data += 1
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
        net.train(training)
        x = torch.randn(*shape)
        torch.onnx.export(
            net, x, str(folder / (name + ".onnx")), opset_version=13, do_constant_folding=False, input_names=["x"],
            output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, keep_initializers_as_inputs=False,
            training=torch.onnx.TrainingMode.TRAINING if training else torch.onnx.TrainingMode.PRESERVE)
        net = net.double()
        net.train(training)
        wide = x.double()
        y = net(wide)
        record = {"loss": loss, "training": training, "batch": shape[0], "input": x.flatten().tolist()}
        if loss == "softmax":
            labels = torch.arange(shape[0]) % y.shape[1]
            record["labels"] = labels.tolist()
            logarithms = torch.log(y) if name == "overlapping" else torch.log_softmax(y, 1)
            value = F.nll_loss(logarithms, labels)
        else:
            targets = torch.rand(y.shape).double().float()
            record["targets"] = targets.flatten().tolist()
            value = F.binary_cross_entropy(y, targets.double())
        value.backward()
        record["value"] = value.item()
        record["gradients"] = {key: [float("%.9g" % g) for g in p.grad.flatten().tolist()] for key, p in net.named_parameters()}
        (folder / (name + ".json")).write_text(json.dumps(record))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
