"""Recipe of the classifiers that are shipped as resources (starling/models/zoo/*.onnx).

It documents how they came about; building, testing and running the project does not need it. Needs Python 3.9 or newer
with torch (1.13 was used), numpy and onnx, and the four MNIST files in IDX format (plain or .gz).

    python3 train_shipped_models.py MNIST_DIR OUT_DIR [dense] [lenet]

Both networks see pixels in [0, 1] (no mean, no standard deviation), give raw logits and train on all 60 000 training images
for a fixed number of epochs; the test images are used after the last epoch only. Training uses one thread and one seed, so
that a second run on the same machine and torch version gives the same file.

What is written into each file: the network as standard operators (opset 13, IR 7), a line on what it is, and as metadata
the recipe, the seed, the data, the accuracy on all 10 000 test images and on the first 2 000 of them, which are shipped.
"""

import gzip
import os
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

SEED = 20240601
BATCH = 128
SHIPPED = 2000


def idx(folder, stem, kind):
    for name in (f"{stem}-{kind}-ubyte", f"{stem}.{kind}-ubyte"):
        for path, opener in ((os.path.join(folder, name), open), (os.path.join(folder, name + ".gz"), gzip.open)):
            if os.path.exists(path):
                with opener(path, "rb") as stream:
                    data = stream.read()
                dimensions = data[3]
                shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
                return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    sys.exit(f"{folder} has no {stem} {kind} file")


def load(folder, part):
    images = idx(folder, f"{part}-images", "idx3")
    labels = idx(folder, f"{part}-labels", "idx1")
    return torch.from_numpy(images.astype(np.float32) / 255).unsqueeze(1), torch.from_numpy(labels.astype(np.int64))


def dense():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def moved(images, rotation, shift, zoom):
    """Every image turned by up to `rotation` degrees, moved by up to `shift` pixels, scaled by up to 1 +- `zoom`."""
    n = len(images)
    angle = (torch.rand(n) * 2 - 1) * (rotation * np.pi / 180)
    scale = 1 + (torch.rand(n) * 2 - 1) * zoom
    offset = (torch.rand(n, 2) * 2 - 1) * (shift * 2 / 28)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([torch.stack([cos, -sin, offset[:, 0]], 1), torch.stack([sin, cos, offset[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


RECIPES = {
    "dense": dict(
        build=dense,
        what="784-300-100-10 dense network with ReLU for handwritten digits",
        epochs=30, rate=1e-3, decay=0.2, rotation=0, shift=0, zoom=0,
    ),
    "lenet": dict(
        build=lenet,
        what="LeNet-5 with ReLU and max pooling (6 and 16 5x5 channels, 120-84-10) for handwritten digits",
        epochs=30, rate=2e-3, decay=0.02, rotation=10, shift=1.5, zoom=0.1,
    ),
}


def hits(network, images, labels):
    """For each image whether the largest logit is that of its label."""
    network.eval()
    with torch.no_grad():
        chunks = range(0, len(images), 1000)
        return torch.cat([network(images[i : i + 1000]).argmax(1) == labels[i : i + 1000] for i in chunks])


def train(recipe, images, labels):
    torch.manual_seed(SEED)
    network = recipe["build"]()
    matrices = [p for p in network.parameters() if p.dim() > 1]
    biases = [p for p in network.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": recipe["decay"]}, {"params": biases, "weight_decay": 0.0}],
        lr=recipe["rate"],
    )
    steps = recipe["epochs"] * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe["rate"], total_steps=steps, pct_start=0.1)
    for epoch in range(recipe["epochs"]):
        network.train()
        order = torch.randperm(len(images))
        total = 0.0
        for at in range(len(images) // BATCH):
            chosen = order[at * BATCH : (at + 1) * BATCH]
            batch = images[chosen]
            if recipe["shift"]:
                batch = moved(batch, recipe["rotation"], recipe["shift"], recipe["zoom"])
            loss = F.cross_entropy(network(batch), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2d}  loss {total / (len(images) // BATCH):.5f}", flush=True)
    return network


def to_onnx(name, network, recipe, right):
    nodes, weights = [], []
    value, number = "image", 0
    layers = list(network)
    for at, layer in enumerate(layers):
        last = at == len(layers) - 1
        kind = {nn.Conv2d: "conv", nn.Linear: "dense", nn.ReLU: "relu", nn.MaxPool2d: "pool", nn.Flatten: "flatten"}[
            type(layer)
        ]
        if kind in ("conv", "dense"):
            number += 1
            for suffix, tensor in (("weight", layer.weight), ("bias", layer.bias)):
                weights.append(numpy_helper.from_array(tensor.detach().numpy().copy(), f"{kind}{number}.{suffix}"))
        label = kind if kind == "flatten" else f"{kind}{number}"
        out = "logits" if last else label
        if kind == "conv":
            padding = list(layer.padding) * 2
            node = helper.make_node(
                "Conv", [value, f"{label}.weight", f"{label}.bias"], [out], label,
                kernel_shape=list(layer.kernel_size), pads=padding, strides=[1, 1],
            )
        elif kind == "dense":
            node = helper.make_node("Gemm", [value, f"{label}.weight", f"{label}.bias"], [out], label, transB=1)
        elif kind == "relu":
            node = helper.make_node("Relu", [value], [out], label)
        elif kind == "pool":
            node = helper.make_node("MaxPool", [value], [out], label, kernel_shape=[2, 2], strides=[2, 2])
        else:
            node = helper.make_node("Flatten", [value], [out], label, axis=1)
        nodes.append(node)
        value = out
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="starling recipe")
    model.ir_version = 7
    model.doc_string = recipe["what"]
    moves = (
        f"each image turned by up to {recipe['rotation']} degrees, moved by up to {recipe['shift']} pixels, "
        f"scaled by up to {100 * recipe['zoom']:g} %"
        if recipe["shift"]
        else "images as they are"
    )
    helper.set_model_props(
        model,
        {
            "recipe": f"train_shipped_models.py: AdamW, weight decay {recipe['decay']} on matrices, one-cycle rate with "
            f"maximum {recipe['rate']}, batch {BATCH}, {recipe['epochs']} epochs, cross entropy, {moves}",
            "seed": str(SEED),
            "accuracy": f"{right.float().mean().item():.4f}",
            "accuracyOfSlice": f"{right[:SHIPPED].float().mean().item():.4f}",
            "data": "MNIST, 60000 training images, pixels scaled to [0, 1]; accuracy on the 10000 test images, "
            f"accuracyOfSlice on the first {SHIPPED} of them",
            "licence": "Apache-2.0",
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def main(folder, out, names):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    images, labels = load(folder, "train")
    test_images, test_labels = load(folder, "t10k")
    for name in names or RECIPES:
        recipe = RECIPES[name]
        network = train(recipe, images, labels)
        right = hits(network, test_images, test_labels)
        print(f"{name}: {right.sum().item()} of {len(right)} test images")
        onnx.save(to_onnx(name, network, recipe, right), os.path.join(out, f"{name}.onnx"))


if __name__ == "__main__":
    if len(sys.argv) < 3 or any(name not in RECIPES for name in sys.argv[3:]):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
