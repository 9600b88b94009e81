package starling.router.product;

/**
 * By what an agent is reached. What was told it on another line may be lost: the broker keeps nothing for those who are away.
 *
 * @param instance which run of the agent is there and follows this run of the router; empty for none
 * @param connections how often the agent and the router have connected, together
 */
record Line(String instance, long connections) {
    /** Nobody is there. */
    static final Line NONE = new Line("", 0);

    boolean isThere() {
        return !instance.isEmpty();
    }
}
