package starling.link;

/** Is told each change of a transport's state, in order. Must not block. */
@FunctionalInterface
public interface StateListener {

    /**
     * A state was entered.
     *
     * @param state the new state
     * @param sentence why, for people; never contains a secret
     */
    void entered(LinkState state, String sentence);
}
