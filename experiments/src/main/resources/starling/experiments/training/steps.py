"""The steps of a Workload by PyTorch.

Arguments: a file with weights, samples and classes, the network, the batch, the threads, the rate and the momentum. Says
"ready VERSION PARAMETERS", then answers each line "N" with "LOSS NANOS.." of N steps, the loss being the last one, and "memory"
with the most memory the process has ever had, in bytes. Ends with its input.
"""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCHES = 15


def network(name):
    if name == "lenet":
        return nn.Sequential(
            nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2, 2),
            nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2, 2),
            nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 10))
    if name == "fc-300-100":
        return nn.Sequential(
            nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
    sys.exit("no such network: " + name)


def memory():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


def main():
    file, name, batch, threads, rate, momentum = sys.argv[1:7]
    batch = int(batch)
    torch.set_num_threads(int(threads))
    model = network(name)
    count = BATCHES * batch
    with open(file, "rb") as stream:
        with torch.no_grad():
            for parameter in model.parameters():
                raw = bytearray(stream.read(4 * parameter.numel()))
                parameter.copy_(torch.frombuffer(raw, dtype=torch.float32).reshape(parameter.shape))
        samples = torch.frombuffer(bytearray(stream.read(4 * 784 * count)), dtype=torch.float32)
        samples = samples.reshape(BATCHES, batch, 1, 28, 28)
        classes = torch.frombuffer(bytearray(stream.read(8 * count)), dtype=torch.int64).reshape(BATCHES, batch)
    optimizer = torch.optim.SGD(model.parameters(), lr=float(rate), momentum=float(momentum))
    print("ready", torch.__version__, sum(p.numel() for p in model.parameters()), flush=True)
    done = 0
    for line in sys.stdin:
        if line.strip() == "memory":
            print(memory(), flush=True)
            continue
        nanos = []
        loss = 0.0
        for _ in range(int(line)):
            began = time.perf_counter_ns()
            optimizer.zero_grad(set_to_none=True)
            value = F.cross_entropy(model(samples[done % BATCHES]), classes[done % BATCHES])
            value.backward()
            optimizer.step()
            loss = value.item()
            nanos.append(time.perf_counter_ns() - began)
            done += 1
        print(loss, *nanos, flush=True)


if __name__ == "__main__":
    main()
