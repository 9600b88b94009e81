package starling.experiments.workers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;
import starling.models.data.Dataset;
import starling.models.training.Augmentation;
import starling.models.training.Optimizer;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/**
 * A course of learning by several workers with a common server: in a round each worker takes the gradient of its own random
 * samples, the exchange carries every parameter, the server moves. The same seed gives every exchange the same first weights and
 * the same samples.
 *
 * @param network of the zoo
 * @param train what workers draw from
 * @param test what the network is judged on; its samples have the shape that the network learns from
 * @param workers at least 1
 * @param batch samples of one worker in a round
 * @param rounds of learning
 * @param optimizer of the server
 * @param rate the learning rate at first
 * @param decay its factor after every pass over the data
 * @param every rounds between judgements; the last round is always judged
 * @param seed of everything random
 */
public record Course(
        String network,
        Dataset train,
        Dataset test,
        int workers,
        int batch,
        int rounds,
        Optimizer optimizer,
        double rate,
        double decay,
        int every,
        long seed) {

    /**
     * The standing after a round.
     *
     * @param round from 1
     * @param loss mean over the workers' batches before the step
     * @param accuracy on the test samples
     */
    public record Point(int round, double loss, double accuracy) {}

    /**
     * How a course went.
     *
     * @param points in order
     * @param perWorker bits of one worker in one round, the mean over all
     * @param error mean over the rounds of ||mean carried - mean||^2 / ||mean||^2 over all parameters
     */
    public record Result(List<Point> points, Bits perWorker, double error) {
        public double finalAccuracy() {
            return points.get(points.size() - 1).accuracy();
        }
    }

    /** Learns by one exchange. */
    public Result run(Exchange exchange, boolean signals, Consumer<Point> watch) {
        List<Point> points = new ArrayList<>();
        Bits bits = Bits.NONE;
        double errors = 0;
        try (Learner learner = learner(signals)) {
            List<float[]> means = learner.tensors().stream()
                    .map(tensor -> new float[tensor.length()])
                    .toList();
            for (int round = 0; round < rounds; round++) {
                List<Gradients> workers = gradients(learner, round);
                double wrong = 0;
                double whole = 0;
                for (Tensor tensor : learner.tensors()) {
                    float[] mean = means.get(tensor.number());
                    bits = bits.plus(exchange.carry(workers, tensor, new Draw(seed, 0, round, tensor.number()), mean));
                    double[] exact = new double[mean.length];
                    workers.forEach(worker -> Means.add(exact, worker.of(tensor), 1.0 / this.workers));
                    for (int i = 0; i < mean.length; i++) {
                        wrong += (mean[i] - exact[i]) * (mean[i] - exact[i]);
                        whole += exact[i] * exact[i];
                    }
                }
                errors += whole == 0 ? 0 : wrong / whole;
                learner.move(means, rate * Math.pow(decay, passes(round)));
                if ((round + 1) % every == 0 || round + 1 == rounds) {
                    double loss = workers.stream()
                            .mapToDouble(Gradients::loss)
                            .average()
                            .orElseThrow();
                    points.add(new Point(round + 1, loss, learner.accuracy(test)));
                    watch.accept(points.get(points.size() - 1));
                }
            }
        }
        return new Result(points, bits.times(1.0 / workers / rounds), errors / rounds);
    }

    /** The network with its first weights. */
    public Learner learner(boolean signals) {
        ZooNetwork.Stage stage = Zoo.network(network).stage();
        Augmentation augmentation = stage.augmentation();
        return new Learner(
                stage.builder().build(augmentation.shape(train.sampleShape()), 1, seed),
                stage.recipe(),
                optimizer,
                augmentation,
                signals);
    }

    /** What each worker has in a round. */
    public List<Gradients> gradients(Learner learner, int round) {
        List<Gradients> all = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            RandomStream samples = new RandomStream(seed).branch(round).branch(worker);
            int[] own = new int[batch];
            for (int i = 0; i < batch; i++) {
                own[i] = samples.below(i, train.count());
            }
            all.add(learner.gradient(train, own, samples.bits(batch)));
        }
        return all;
    }

    private int passes(int round) {
        return (int) ((long) round * workers * batch / train.count());
    }
}
