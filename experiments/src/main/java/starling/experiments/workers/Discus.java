package starling.experiments.workers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import starling.codes.gradient.Columns;
import starling.codes.gradient.Finite;
import starling.codes.random.Draw;
import starling.codes.syndrome.ConditionalLaw;
import starling.codes.syndrome.DiscusCode;
import starling.codes.syndrome.DiscusPlan;
import starling.codes.syndrome.LdpcShelf;

/**
 * Dithered quantization with distributed source coding (thesis, section 2.3.2): the first half of the workers sends range coded, the
 * second half syndromes, which the server decodes with what the first half said. How numbers go with that it learns from the
 * first half, each member held against the others. As the scales decide how many bits a worker's numbers take, a worker tells its
 * scales first and is given a plan of its own; blocks that fail are sent once more. All of it is counted: scales, plans,
 * requests and answers.
 */
public final class Discus implements Exchange {
    private static final int LEVELS = 3;
    private static final double RAW_BITS = Math.log(2 * LEVELS + 1) / Math.log(2);
    private static final int CODES_KEPT = 32;

    private final LdpcShelf shelf;
    private final Function<Tensor, Columns> columns;

    /**
     * @param seed of the parity-check matrices
     * @param columns of each parameter, each with a scale of its own
     */
    public Discus(long seed, Function<Tensor, Columns> columns) {
        shelf = new LdpcShelf(seed, CODES_KEPT);
        this.columns = columns;
    }

    @Override
    public String name() {
        return "dqsg+dsc";
    }

    @Override
    public Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean) {
        Columns dealt = columns.apply(tensor);
        int[] order = dealt.order(mean.length);
        int[] parts = new int[dealt.count(mean.length)];
        for (int part = 0; part < parts.length; part++) {
            parts[part] = dealt.size(part, mean.length);
        }
        DiscusCode code = new DiscusCode(LEVELS, parts, shelf);
        int half = (workers.size() + 1) / 2;
        double bytes = 0;
        Group first = new Group(mean.length);
        for (int worker = 0; worker < half; worker++) {
            Draw own = draw.withNode(worker);
            byte[] message = code.encode(sorted(workers.get(worker).of(tensor), order), own, DiscusPlan.plain());
            bytes += message.length;
            first.add(code.decode(message, own));
        }
        double[] sum = first.sum.clone();
        if (half < workers.size()) {
            ConditionalLaw law = code.law();
            for (int worker = 0; worker < half; worker++) {
                DiscusCode.@Nullable Received left = half == 1 ? null : first.members.get(worker);
                code.learn(
                        law,
                        first.members.get(worker),
                        draw.withNode(worker),
                        first.meanWithout(left),
                        first.magnitudeWithout(left));
            }
            float[] side = first.meanWithout(null);
            float[] magnitude = first.magnitudeWithout(null);
            for (int worker = half; worker < workers.size(); worker++) {
                Draw own = draw.withNode(worker);
                float[] gradient = sorted(workers.get(worker).of(tensor), order);
                DiscusPlan plan = code.plan(law, own, side, magnitude, scales(gradient, parts));
                byte[] message = code.encode(gradient, own, plan);
                bytes += plan.message().length + message.length;
                DiscusCode.Outcome outcome = code.decode(message, own, side, magnitude, law, plan);
                DiscusCode.Received received;
                if (outcome instanceof DiscusCode.Incomplete incomplete) {
                    byte[] request = incomplete.request();
                    byte[] answer = code.answer(gradient, own, plan, request);
                    bytes += request.length + answer.length;
                    received = incomplete.complete(answer);
                } else {
                    received = (DiscusCode.Received) outcome;
                }
                Means.add(sum, received.vector(), 1);
            }
        }
        float[] sorted = new float[mean.length];
        Means.write(sum, workers.size(), sorted);
        for (int i = 0; i < order.length; i++) {
            mean[order[i]] = sorted[i];
        }
        double scales = (double) Float.SIZE * parts.length;
        return new Bits(workers.size() * (scales + RAW_BITS * mean.length), Byte.SIZE * bytes);
    }

    /** A gradient column by column. */
    private static float[] sorted(float[] gradient, int[] order) {
        float[] sorted = new float[order.length];
        for (int i = 0; i < order.length; i++) {
            sorted[i] = gradient[order[i]];
        }
        return sorted;
    }

    private static float[] scales(float[] gradient, int[] parts) {
        float[] scales = new float[parts.length];
        int from = 0;
        for (int part = 0; part < parts.length; part++) {
            scales[part] = Finite.largest(gradient, from, from + parts[part]);
            from += parts[part];
        }
        return scales;
    }

    /** What the server has from the first half. */
    private static final class Group {
        private final List<DiscusCode.Received> members = new ArrayList<>();
        private final double[] sum;
        private final double[] squares;

        Group(int length) {
            sum = new double[length];
            squares = new double[length];
        }

        void add(DiscusCode.Received received) {
            members.add(received);
            float[] vector = received.vector();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += vector[i];
                squares[i] += (double) vector[i] * vector[i];
            }
        }

        float[] meanWithout(DiscusCode.@Nullable Received left) {
            int count = members.size() - (left == null ? 0 : 1);
            float[] mean = new float[sum.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) ((sum[i] - (left == null ? 0 : left.vector()[i])) / count);
            }
            return mean;
        }

        float[] magnitudeWithout(DiscusCode.@Nullable Received left) {
            int count = members.size() - (left == null ? 0 : 1);
            float[] magnitude = new float[sum.length];
            for (int i = 0; i < magnitude.length; i++) {
                double own = left == null ? 0 : left.vector()[i];
                magnitude[i] = (float) Math.sqrt(Math.max(0, squares[i] - own * own) / count);
            }
            return magnitude;
        }
    }
}
