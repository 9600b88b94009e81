package starling.codes.indirect;

import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;
import starling.codes.gradient.Finite;
import starling.codes.quantize.LloydMax;
import starling.codes.random.Draw;

/**
 * Deterministic ISGQ (thesis section 3.3.1): each factor to K points, fitted to the batch by {@link LloydMax}. Without
 * iterations that is naive ISGQ, each factor as good as it can be alone: the product is biased when they are correlated, for
 * jointly normal signals and two points by (4/pi^2) asin(rho) - rho. With iterations it is MSE-ISGQ (Algorithm 1): cells stay,
 * points move to minimise ||G - G~||_F^2 + (lambda / (m n)) (sum of G - G~)^2. Two points are one bit per number; three are what
 * the thesis' table of "1-bit" gains probably has.
 *
 * <p>Message: the points as floats, then the cells of X and of Delta, range coded. Cost: O(L (n + m) log) and, with
 * iterations, O(L^2 (n + m) + L^2 K^4); G is never formed.
 */
public final class PointIndirectCode implements IndirectCode {
    private static final int MOST_POINTS = 16;

    private final int forwardPoints;
    private final int backwardPoints;
    private final int iterations;
    private final double lambda;

    private PointIndirectCode(int forwardPoints, int backwardPoints, int iterations, double lambda) {
        if (Math.min(forwardPoints, backwardPoints) < 1 || Math.max(forwardPoints, backwardPoints) > MOST_POINTS) {
            throw new IllegalArgumentException(
                    "a factor has 1 to 16 points: " + forwardPoints + " and " + backwardPoints);
        }
        if (iterations < 0 || !(lambda >= 0) || Double.isInfinite(lambda)) {
            throw new IllegalArgumentException(
                    "iterations and the weight of the bias must not be negative: " + iterations + " and " + lambda);
        }
        this.forwardPoints = forwardPoints;
        this.backwardPoints = backwardPoints;
        this.iterations = iterations;
        this.lambda = lambda;
    }

    /**
     * Naive ISGQ.
     *
     * @param forwardPoints of X, 1 to 16
     * @param backwardPoints of Delta, likewise
     */
    public static PointIndirectCode naive(int forwardPoints, int backwardPoints) {
        return new PointIndirectCode(forwardPoints, backwardPoints, 0, 0);
    }

    /**
     * MSE-ISGQ.
     *
     * @param iterations of Algorithm 1, 1 or 2 are enough
     * @param lambda weight of the squared bias, in units of 1 / (m n): 0 for the least squared error, 1 to weigh the mean bias
     *     of a number like its error
     */
    public static PointIndirectCode leastSquares(int forwardPoints, int backwardPoints, int iterations, double lambda) {
        if (iterations < 1) {
            throw new IllegalArgumentException("Algorithm 1 takes at least one iteration: " + iterations);
        }
        return new PointIndirectCode(forwardPoints, backwardPoints, iterations, lambda);
    }

    @Override
    public String name() {
        String points = "(" + forwardPoints + "," + backwardPoints;
        return iterations == 0
                ? "naive-isgq" + points + ")"
                : "mse-isgq" + points + ",iterations=" + iterations + ",lambda=" + lambda + ")";
    }

    @Override
    public byte[] encode(LayerSignals signals, Draw draw) {
        LayerShape shape = signals.shape();
        double[] alpha = new double[forwardPoints + (shape.bias() ? 1 : 0)];
        double[] beta = new double[backwardPoints];
        int[] cellsX = cells(signals.forward(), forwardPoints, alpha);
        int[] cellsDelta = cells(signals.backward(), backwardPoints, beta);
        int restX = nearestZero(alpha, forwardPoints);
        int restDelta = nearestZero(beta, backwardPoints);
        if (iterations > 0) {
            if (shape.bias()) {
                alpha[forwardPoints] = 1;
            }
            PointTables tables = new PointTables(signals, cellsX, forwardPoints, cellsDelta, backwardPoints);
            double weight = lambda / shape.columns() / shape.outputs();
            PointFit fit = new PointFit(tables, weight, shape.bias(), alpha, beta);
            for (int iteration = 0; iteration < iterations; iteration++) {
                fit.iterate();
            }
        }
        BitWriter message = new BitWriter(cellsX.length / 8);
        write(message, alpha, forwardPoints, restX);
        write(message, beta, backwardPoints, restDelta);
        RangeEncoder encoder = new RangeEncoder(message);
        write(encoder, cellsX, shape.inputs(), forwardPoints, restX);
        write(encoder, cellsDelta, shape.outputs(), backwardPoints, restDelta);
        encoder.finish();
        return message.message();
    }

    /** The cell of each number; the points go into {@code points}. */
    private static int[] cells(float[] signal, int count, double[] points) {
        Finite.largest(signal, 0, signal.length);
        LloydMax quantizer = LloydMax.fit(signal, 0, signal.length, count);
        System.arraycopy(quantizer.points(), 0, points, 0, count);
        int[] cells = new int[signal.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = quantizer.number(signal[i]);
        }
        return cells;
    }

    private static int nearestZero(double[] points, int count) {
        int nearest = 0;
        for (int i = 1; i < count; i++) {
            if (Math.abs(points[i]) < Math.abs(points[nearest])) {
                nearest = i;
            }
        }
        return nearest;
    }

    private static void write(BitWriter message, double[] points, int count, int rest) {
        message.bits(rest, 4);
        for (int i = 0; i < count; i++) {
            message.real(Finite.nearest(points[i]));
        }
    }

    private static void write(RangeEncoder encoder, int[] cells, int width, int count, int rest) {
        SignalModel model = new SignalModel(width, count, rest, null);
        for (int cell : cells) {
            model.encode(encoder, cell);
        }
    }

    @Override
    public LayerSignals decode(byte[] message, Draw draw, LayerShape shape) {
        BitReader reader = new BitReader(message);
        int restX = rest(reader, forwardPoints);
        float[] alpha = points(reader, forwardPoints);
        int restDelta = rest(reader, backwardPoints);
        float[] beta = points(reader, backwardPoints);
        reader.align();
        RangeDecoder decoder = new RangeDecoder(reader);
        float[] x = read(decoder, shape.batch(), shape.inputs(), alpha, restX);
        float[] delta = read(decoder, shape.batch(), shape.outputs(), beta, restDelta);
        decoder.finish();
        return new LayerSignals(shape, x, delta);
    }

    private static int rest(BitReader reader, int count) {
        int rest = reader.bits(4);
        if (rest >= count) {
            throw new MalformedMessageException("a signal rests at one of its " + count + " points: " + rest);
        }
        return rest;
    }

    private static float[] points(BitReader reader, int count) {
        float[] points = new float[count];
        for (int i = 0; i < count; i++) {
            points[i] = reader.real();
        }
        return points;
    }

    private static float[] read(RangeDecoder decoder, int batch, int width, float[] points, int rest) {
        float[] signal = new float[batch * width];
        SignalModel model = new SignalModel(width, points.length, rest, null);
        for (int i = 0; i < signal.length; i++) {
            signal[i] = points[model.decode(decoder)];
        }
        return signal;
    }
}
