package starling.experiments.coded;

import java.util.List;
import starling.experiments.findings.Context;
import starling.experiments.findings.Parameter;

/** Parameters that several experiments of this room share. */
final class Parameters {
    static final Parameter<Integer> SEED =
            Parameter.integer("seed", 0, 0, 0, Integer.MAX_VALUE, "of all draws; 0 takes that of the run");

    private Parameters() {}

    static long seed(Context context) {
        int set = context.get(SEED);
        return set == 0 ? context.seed() : set;
    }

    /** Numbers within bounds, separated by commas. */
    static Parameter<List<Double>> numbers(
            String name, double least, double most, String standard, String quick, String description) {
        return Parameter.list(name, "numbers from " + least + " to " + most, standard, quick, description, text -> {
            double value = Double.parseDouble(text);
            if (!(value >= least && value <= most)) {
                throw new IllegalArgumentException("out of bounds: " + value);
            }
            return value;
        });
    }

    /** Whole numbers within bounds, separated by commas. */
    static Parameter<List<Integer>> integers(
            String name, int least, int most, String standard, String quick, String description) {
        return Parameter.list(name, "integers from " + least + " to " + most, standard, quick, description, text -> {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException("out of bounds: " + value);
            }
            return value;
        });
    }

    /** True or false, the same in a quick run. */
    static Parameter<Boolean> truth(String name, boolean standard, String description) {
        String text = Boolean.toString(standard);
        return new Parameter<>(name, "true or false", text, text, description, written -> {
            if (!written.equals("true") && !written.equals("false")) {
                throw new IllegalArgumentException("neither true nor false: " + written);
            }
            return Boolean.valueOf(written);
        });
    }
}
