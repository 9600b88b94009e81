package starling.experiments.workers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.codes.random.Draw;

/**
 * What exchanges send for the very same gradients: the network learns by exact means, and at chosen rounds each exchange carries what
 * the workers have, for counting only.
 *
 * @param course of learning
 * @param from the first round that is counted
 * @param every rounds between those that are counted
 */
public record Survey(Course course, int from, int every) {

    /** Mean bits of one worker in one round by exchange, in their order. */
    public Map<String, Bits> of(List<Exchange> exchanges, boolean signals) {
        Map<String, Bits> totals = new LinkedHashMap<>();
        Exchange exact = new Uncompressed();
        int counted = 0;
        try (Learner learner = course.learner(signals)) {
            for (int round = 0; round < course.rounds(); round++) {
                List<Gradients> workers = course.gradients(learner, round);
                boolean counts = round >= from && (round - from) % every == 0;
                counted += counts ? 1 : 0;
                List<float[]> means = new ArrayList<>();
                for (Tensor tensor : learner.tensors()) {
                    float[] mean = new float[tensor.length()];
                    Draw draw = new Draw(course.seed(), 0, round, tensor.number());
                    if (counts) {
                        for (Exchange exchange : exchanges) {
                            totals.merge(exchange.name(), exchange.carry(workers, tensor, draw, mean), Bits::plus);
                        }
                    }
                    exact.carry(workers, tensor, draw, mean);
                    means.add(mean);
                }
                learner.move(means, course.rate());
            }
        }
        double share = 1.0 / Math.max(1, counted) / course.workers();
        totals.replaceAll((name, bits) -> bits.times(share));
        return totals;
    }
}
