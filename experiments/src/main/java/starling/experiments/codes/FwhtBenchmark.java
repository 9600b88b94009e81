package starling.experiments.codes;

import java.util.concurrent.TimeUnit;
import org.apache.commons.math4.transform.FastHadamardTransform;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import starling.codes.random.RandomStream;
import starling.codes.transform.WalshHadamard;

/**
 * Walsh-Hadamard transforms for JMH: {@code java -cp experiments.jar org.openjdk.jmh.Main FwhtBenchmark}, with {@code
 * -jvmArgsAppend "--add-modules jdk.incubator.vector"} for vector instructions.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class FwhtBenchmark {
    /** log2 n. */
    @Param({"12", "16", "20"})
    public int log2;

    private final FastHadamardTransform commons = new FastHadamardTransform();
    private float[] floats = new float[0];
    private double[] doubles = new double[0];

    /** Draws the numbers. */
    @Setup
    public void draw() {
        RandomStream random = new RandomStream(1);
        floats = new float[1 << log2];
        doubles = new double[1 << log2];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = random.dither(i);
            doubles[i] = floats[i];
        }
    }

    /** Ours, scaled so that numbers stay what they are. */
    @Benchmark
    public float[] floats() {
        WalshHadamard.orthonormal(floats, 0, floats.length);
        return floats;
    }

    /** Ours for doubles. */
    @Benchmark
    public double[] doubles() {
        WalshHadamard.orthonormal(doubles, 0, doubles.length);
        return doubles;
    }

    /** Another library; it makes a new array. */
    @Benchmark
    public double[] commonsMath() {
        return commons.apply(doubles);
    }
}
