package starling.link;

/** Takes the messages of one subscription, in the order of their arrival. Must not block; what it throws is logged and dropped. */
@FunctionalInterface
public interface MessageHandler {

    void received(InboundMessage message);
}
