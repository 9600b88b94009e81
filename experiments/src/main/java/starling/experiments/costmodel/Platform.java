package starling.experiments.costmodel;

import starling.experiments.findings.Parameter;

/**
 * The two platforms of Table 6.1. The table names no latency. The defaults are those with which the model comes nearest
 * (least squares of logarithms) to the four communication speed-ups that the thesis prints for the platform; the
 * datacenter's then fit within 7 %, the edge's within 27 %.
 */
enum Platform {
    /** 125 TOPS, 150 GB/s (NVLink), 4 GB. */
    DATACENTER(125e12, 150e9, 4e9, 0.226),
    /** 0.5 TOPS, 100 MB/s (Ethernet), 1 GB. */
    EDGE(0.5e12, 100e6, 1e9, 198);

    private final double operationsPerSecond;
    private final double bytesPerSecond;
    private final double memoryBytes;
    private final double latencyMicros;

    Platform(double operationsPerSecond, double bytesPerSecond, double memoryBytes, double latencyMicros) {
        this.operationsPerSecond = operationsPerSecond;
        this.bytesPerSecond = bytesPerSecond;
        this.memoryBytes = memoryBytes;
        this.latencyMicros = latencyMicros;
    }

    /** Its name in ids and series. */
    String text() {
        return this == DATACENTER ? "datacenter" : "edge";
    }

    /** Operations a node does in a second; a multiplication and an addition are two. */
    double operationsPerSecond() {
        return operationsPerSecond;
    }

    /** Bytes a node sends in a second. */
    double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** What a node can hold. */
    double memoryBytes() {
        return memoryBytes;
    }

    /** Microseconds per exchange. */
    Parameter<Double> latency() {
        return Parameter.number(
                text() + "-latency",
                latencyMicros,
                latencyMicros,
                0,
                1e6,
                "microseconds that an exchange takes however little is sent");
    }
}
