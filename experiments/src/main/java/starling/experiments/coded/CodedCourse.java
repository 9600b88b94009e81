package starling.experiments.coded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;
import starling.models.data.Dataset;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/**
 * A dense network learning step by step. The same seed gives the same first weights and the same batches, whoever computes the
 * products.
 *
 * @param network of the zoo, of dense layers alone
 * @param train what batches are drawn from
 * @param test what the network is judged on
 * @param batch samples of a step
 * @param rate of learning
 * @param steps of learning
 * @param every steps between judgements; the last step is always judged
 * @param seed of everything random
 */
record CodedCourse(
        String network, Dataset train, Dataset test, int batch, double rate, int steps, int every, long seed) {
    private static final int JUDGED_AT_ONCE = 500;

    /** The standing after a step, counted from 1. */
    record Point(int step, double accuracy) {}

    /** Samples as rows, and their classes. */
    record Batch(Matrix samples, int[] labels) {}

    /** The network with its first weights. */
    DenseNetwork first() {
        ZooNetwork.Stage stage = Zoo.network(network).stage();
        return DenseNetwork.of(stage.builder().build(train.sampleShape(), 1, seed));
    }

    /** The batch of a step, counted from 0. */
    Batch batch(int step) {
        return batch(train, drawn(train, batch, seed, step));
    }

    /** Samples of a step, by number. */
    static int[] drawn(Dataset data, int count, long seed, int step) {
        RandomStream random = new RandomStream(seed).branch(step);
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            chosen[i] = random.below(i, data.count());
        }
        return chosen;
    }

    static Batch batch(Dataset data, int[] chosen) {
        Matrix samples = Matrix.zeros(chosen.length, data.elements());
        int[] labels = new int[chosen.length];
        float[] sample = new float[data.elements()];
        for (int i = 0; i < chosen.length; i++) {
            data.read(chosen[i], sample, 0);
            for (int j = 0; j < sample.length; j++) {
                samples.values()[i * sample.length + j] = sample[j];
            }
            labels[i] = data.label(chosen[i]);
        }
        return new Batch(samples, labels);
    }

    /** Learns with these products; what is seen on the way. */
    List<Point> run(DenseNetwork network, DenseNetwork.Products products, Consumer<Point> watch) {
        List<Point> points = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            network.move(backward(network, batch(step), products), rate);
            if ((step + 1) % every == 0 || step + 1 == steps) {
                Point point = new Point(step + 1, accuracy(network));
                points.add(point);
                watch.accept(point);
            }
        }
        return points;
    }

    static DenseNetwork.Backward backward(DenseNetwork network, Batch batch, DenseNetwork.Products products) {
        List<Matrix> values = network.forward(batch.samples());
        return network.backward(
                values, DenseNetwork.lossGradient(values.get(network.layers()), batch.labels()), products, false);
    }

    /** The share of test samples whose largest answer is their class. */
    double accuracy(DenseNetwork network) {
        int right = 0;
        for (int from = 0; from < test.count(); from += JUDGED_AT_ONCE) {
            int[] chosen = IntStream.range(from, Math.min(test.count(), from + JUDGED_AT_ONCE))
                    .toArray();
            Batch judged = batch(test, chosen);
            Matrix answers = network.forward(judged.samples()).get(network.layers());
            right += DenseNetwork.right(answers, judged.labels());
        }
        return (double) right / test.count();
    }
}
