package starling.experiments.codes;

import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import starling.codes.random.Draw;

/**
 * Gradient codes on 2^20 normal numbers for JMH: {@code java -cp experiments.jar org.openjdk.jmh.Main CodeBenchmark}, with
 * {@code -jvmArgsAppend "--add-modules jdk.incubator.vector"} for vector instructions.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class CodeBenchmark {
    private static final Draw DRAW = new Draw(1, 2, 3, 0);

    /** As in {@link Contender#all}. */
    @Param({
        "rotated-dithered-1",
        "rotated-dithered-4",
        "eden-1",
        "eden-4",
        "rotated-stochastic-1",
        "qsgd-3",
        "qsgd-3-coded",
        "dithered-3-coded",
        "qcs-1-bit"
    })
    public String code = "";

    private Contender contender = Contender.all().get(0);
    private float[] vector = new float[0];
    private byte[] message = new byte[0];

    /** Draws the numbers. */
    @Setup
    public void draw() {
        contender = Contender.all().stream()
                .filter(one -> one.name().equals(code))
                .findFirst()
                .orElseThrow();
        Random random = new Random(1);
        vector = new float[1 << 20];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        message = contender.code().encode(vector, DRAW);
    }

    /** Vector to message. */
    @Benchmark
    public byte[] encode() {
        return contender.code().encode(vector, DRAW);
    }

    /** Message to vector. */
    @Benchmark
    public float[] decode() {
        return contender.code().decode(message, DRAW, vector.length);
    }
}
