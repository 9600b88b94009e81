package starling.link;

/** One received message. */
public final class InboundMessage {

    private final String topic;
    private final byte[] payload;
    private final boolean retained;

    /**
     * A message as it came.
     *
     * @param payload not copied
     * @param retained whether the broker had kept it from before the subscription
     */
    public InboundMessage(String topic, byte[] payload, boolean retained) {
        this.topic = topic;
        this.payload = payload;
        this.retained = retained;
    }

    public String topic() {
        return topic;
    }

    /** The bytes themselves, not a copy; nobody else uses them. */
    public byte[] payload() {
        return payload;
    }

    /** Whether the broker had kept the message from before the subscription; a message passed on as it comes has false. */
    public boolean retained() {
        return retained;
    }
}
