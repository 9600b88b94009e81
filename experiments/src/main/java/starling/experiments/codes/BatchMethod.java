package starling.experiments.codes;

import org.jspecify.annotations.Nullable;
import starling.codes.gradient.GradientCode;
import starling.codes.indirect.IndirectCode;

/**
 * How a worker makes messages of what a batch gave.
 *
 * @param name in tables
 * @param direct the code of gradients, null where they are sent as they lie in memory
 * @param dense the code of dense layers' factors, null where their gradients are formed
 */
record BatchMethod(
        String name,
        @Nullable GradientCode direct,
        @Nullable IndirectCode dense) {

    /** No code. */
    static BatchMethod floats(String name) {
        return new BatchMethod(name, null, null);
    }

    /** All gradients by one code. */
    static BatchMethod direct(String name, GradientCode code) {
        return new BatchMethod(name, code, null);
    }

    /** Dense layers by their factors, whose product the worker never forms, the rest by a code of gradients. */
    static BatchMethod indirect(String name, IndirectCode dense, GradientCode rest) {
        return new BatchMethod(name, rest, dense);
    }
}
