package starling.router.product;

import starling.codes.computation.CodedFactor;

/** One side of a product. */
public sealed interface Operand {
    /** All its shares. */
    CodedFactor factor();

    /**
     * A factor whose shares travel with every product.
     *
     * @param factor coded
     */
    record Sent(CodedFactor factor) implements Operand {}

    /**
     * A factor whose shares the agents keep. The router keeps them too, for agents that come later or have been restarted.
     *
     * @param number by which agents know it
     * @param factor coded
     */
    record Kept(long number, CodedFactor factor) implements Operand {}
}
