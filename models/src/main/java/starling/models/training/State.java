package starling.models.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that changes during a run: with it, and the same model, data and recipe, a run goes on to the same bits. */
final class State {
    /** Learned numbers, then running statistics, by name. */
    final Parameters parameters;

    final Parameters statistics;
    /** The optimiser's numbers of each parameter. */
    final Map<String, float[][]> slots = new LinkedHashMap<>();

    final List<Epoch> epochs = new ArrayList<>();
    /** Epoch and batch that come next, from 0, and steps taken so far. */
    int epoch;

    int batch;
    int step;
    /** Sums over the samples of this epoch. */
    double lossSum;

    long right;
    long seen;
    /** The best epoch, its held-back accuracy and numbers. */
    int best;

    double bestAccuracy = -1;

    @Nullable
    Map<String, float[]> bestNumbers;

    State(Parameters parameters, Parameters statistics, int slots) {
        this.parameters = parameters;
        this.statistics = statistics;
        for (String name : parameters.names()) {
            this.slots.put(name, new float[slots][parameters.values(name).length]);
        }
    }

    /** Copies of learned numbers and running statistics. */
    Map<String, float[]> numbers() {
        Map<String, float[]> all = parameters.copy();
        all.putAll(statistics.copy());
        return all;
    }

    /** Takes learned numbers and running statistics. */
    void take(Map<String, float[]> numbers) {
        numbers.forEach((name, from) -> {
            Parameters owner = parameters.names().contains(name) ? parameters : statistics;
            owner.set(name, from);
        });
    }
}
