package starling.codes.random;

/**
 * Names everything random in one message: the trial's seed, the node that sends, the round, and the block within the
 * gradient. Sender and receiver hold the same four numbers, so nothing random travels.
 *
 * @param seed of the trial, the same for all
 * @param node that sends; nodes draw independent dithers
 * @param round of learning
 * @param block the number of the block within the vector, 0 for a vector sent whole
 */
public record Draw(long seed, long node, long round, long block) {

    /** What is drawn; each purpose has streams of its own. */
    public enum Purpose {
        DITHER(1),
        ROTATION(2),
        ROWS(3),
        SELECTION(4),
        ROUNDING(5),
        FADING(6),
        PLACE(7),
        ESTIMATION(8),
        OFFSET(9),
        NOISE(10),
        PARTICIPATION(11);

        private final long number;

        Purpose(long number) {
            this.number = number;
        }
    }

    /** The stream of this node alone: dithers and choices whose errors must average out between nodes. */
    public RandomStream own(Purpose purpose) {
        return common(purpose).branch(node);
    }

    /** The stream that all nodes share in this round: matrices of sketches that are added before they are decoded. */
    public RandomStream common(Purpose purpose) {
        return new RandomStream(seed).branch(round).branch(block).branch(purpose.number);
    }

    public Draw withBlock(long number) {
        return new Draw(seed, node, round, number);
    }

    public Draw withNode(long number) {
        return new Draw(seed, number, round, block);
    }

    public Draw withRound(long number) {
        return new Draw(seed, node, number, block);
    }
}
