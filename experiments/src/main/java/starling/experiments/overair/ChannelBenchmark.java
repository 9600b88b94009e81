package starling.experiments.overair;

import java.util.List;
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
import starling.codes.channel.Blocks;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.Fading;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.FixedPointSum;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.random.Draw;

/**
 * One frame added to a round, for JMH: {@code java -cp experiments.jar org.openjdk.jmh.Main ChannelBenchmark}. Gigabytes of float
 * symbols a second are 0.004 times the numbers over the microseconds. The rival adds doubles without looking at them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class ChannelBenchmark {
    private static final int NODES = 1 << 14;

    /** Floats of a frame: those of CifarNet at gain 20, and a million. */
    @Param({"106830", "1048576"})
    public int numbers;

    private float[] frame = new float[0];
    private double[] plain = new double[0];
    private FixedPointSum sum = new FixedPointSum(new FixedPoint(1, 1), 0);
    private Air quiet = new Air(1, new Fading.Constant());
    private Air flat = quiet;
    private Air selective = quiet;

    /** Draws a frame. */
    @Setup
    public void draw() {
        Random random = new Random(1);
        frame = new float[numbers];
        for (int i = 0; i < numbers; i++) {
            frame[i] = (float) random.nextGaussian();
        }
        plain = new double[numbers];
        sum = new FixedPointSum(new FixedPoint(1 << 20, NODES), numbers);
        quiet = new Air(numbers / 2, new Fading.Constant());
        flat = new Air(numbers / 2, new Fading.Rayleigh(Blocks.EACH_ROUND));
        selective = new Air(numbers / 2, new Fading.Selective(List.of(1.0, 0.5, 0.2, 0.1), Blocks.EACH_ROUND));
    }

    /** The rival: a loop over doubles, whose sum depends on the order and takes NaN. */
    @Benchmark
    public double[] plainDoubles() {
        for (int i = 0; i < frame.length; i++) {
            plain[i] += frame[i];
        }
        return plain;
    }

    /** Checked, in fixed point. */
    @Benchmark
    public FixedPointSum fixedPoint() {
        sum.add(frame);
        return sum;
    }

    /** A whole round's addition without fading: energy, check, sum. */
    @Benchmark
    public boolean round() {
        return quiet.add(frame);
    }

    /** With one gain for all subchannels. */
    @Benchmark
    public boolean flatFading() {
        return flat.add(frame);
    }

    /** With four taps, whose transform is drawn for each frame. */
    @Benchmark
    public boolean selectiveFading() {
        return selective.add(frame);
    }

    private static final class Air {
        private static final Draw DRAW = new Draw(1, 0, 0, 0);

        private final MultipleAccessChannel channel;
        private ChannelRound round;
        private int node;

        private Air(int subchannels, Fading fading) {
            this.channel = new MultipleAccessChannel(
                    MultipleAccessChannel.Settings.of(subchannels, 1).withFading(fading));
            this.round = channel.round(DRAW);
        }

        private boolean add(float[] frame) {
            if (node == NODES) {
                round = channel.round(DRAW);
                node = 0;
            }
            return round.add(node++, frame);
        }
    }
}
