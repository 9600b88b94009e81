package starling.router.inference;

import java.util.Arrays;
import java.util.stream.Collectors;
import starling.models.plan.Plan;

/** Writes the shapes of a plan's inputs for people: {@code x 1 x 28 x 28}. */
public final class InputShapes {
    private InputShapes() {}

    /** All inputs, with their names. */
    public static String text(Plan plan) {
        return plan.inputs().stream()
                .map(input -> input.name() + " "
                        + Arrays.stream(input.shape())
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining("x")))
                .collect(Collectors.joining(", "));
    }
}
