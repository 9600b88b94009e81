package starling.agent.source;

/** What a local source has in its next place. */
public sealed interface SourceRecord {

    /**
     * One input.
     *
     * @param values finite, as many as the worker is given
     */
    record Values(float[] values) implements SourceRecord {}

    /**
     * A place without an input: something unfit stands there, or the source has ended.
     *
     * @param sentence what is wrong and where
     */
    record Unfit(String sentence) implements SourceRecord {}
}
