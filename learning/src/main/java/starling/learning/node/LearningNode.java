package starling.learning.node;

import java.util.Arrays;
import starling.codes.random.RandomStream;
import starling.learning.model.LocalModel;
import starling.learning.settings.Local;
import starling.models.data.Dataset;

/**
 * A node with its samples. It goes through them pass after pass, each in an order of its own that seed, node and pass give, so
 * that the batch of any round is known without those before it: there is no state to lose.
 *
 * @param number from 0
 * @param samples places in the data set
 */
@SuppressWarnings("ArrayRecordComponent") // never written, compared by nobody
public record LearningNode(int number, int[] samples) {
    private static final long ORDER = 0x6f72646572L;
    private static final long CHANCE = 0x6368616e6365L;

    /**
     * What a node found in a round.
     *
     * @param gradient d numbers
     * @param loss mean of its batches
     */
    @SuppressWarnings("ArrayRecordComponent") // never written, compared by nobody
    public record Update(float[] gradient, double loss) {}

    /** The samples of a step, counted from the node's first: at most all of its samples, none twice in a pass. */
    int[] batch(long step, int size, long seed) {
        int count = Math.min(size, samples.length);
        int[] batch = new int[count];
        long at = step * count;
        long pass = -1;
        int[] order = new int[0];
        for (int i = 0; i < count; i++, at++) {
            if (at / samples.length != pass) {
                pass = at / samples.length;
                order = order(pass, seed);
            }
            batch[i] = samples[order[(int) (at % samples.length)]];
        }
        return batch;
    }

    private int[] order(long pass, long seed) {
        RandomStream stream =
                new RandomStream(seed).branch(ORDER).branch(number).branch(pass);
        int[] order = new int[samples.length];
        Arrays.setAll(order, i -> i);
        for (int i = order.length - 1; i > 0; i--) {
            int j = stream.below(i, i + 1);
            int place = order[i];
            order[i] = order[j];
            order[j] = place;
        }
        return order;
    }

    /**
     * The update of a round, counted from 0.
     *
     * @param model that holds the round's weights; with several steps it holds others afterwards
     * @param weights of the round, not changed
     */
    public Update update(LocalModel model, float[] weights, Dataset data, Local local, long round, long seed) {
        float[] gradient = new float[weights.length];
        float[] moved = weights;
        double loss = 0;
        for (int step = 0; step < local.steps(); step++) {
            long number = round * local.steps() + step;
            long chance =
                    new RandomStream(seed).branch(CHANCE).branch(this.number).bits(number);
            if (step > 0) {
                model.set(moved);
            }
            loss += model.gradient(data, batch(number, local.batch(), seed), chance, gradient) / local.steps();
            if (local.steps() > 1) {
                moved = step == 0 ? weights.clone() : moved;
                float rate = (float) local.rate();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] -= rate * gradient[i];
                }
            }
        }
        if (local.steps() > 1) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = (float) ((weights[i] - moved[i]) / local.rate());
            }
            model.set(weights);
        }
        return new Update(gradient, loss);
    }
}
