package starling.experiments.coded;

import java.time.Duration;
import starling.experiments.findings.Context;
import starling.link.SessionSettings;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.router.product.CodedProduct;
import starling.router.product.ProductTerms;

/** A router at a broker on loopback whose agents multiply. */
final class AgentMill {
    /** The fleet that agents join unless told otherwise. */
    private static final String FLEET = "starling";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private AgentMill() {}

    /**
     * Connects.
     *
     * @param agents that will come
     * @param longest numbers of a result at most
     */
    static CodedProduct start(int port, int agents, long longest, Context context) {
        String instance = "mill-" + System.nanoTime();
        SessionSettings session = SessionSettings.of(new Topics(FLEET), new Role.Router(), instance);
        return CodedProduct.start(
                new ProductTerms(FLEET, instance, session, agents, longest, PATIENCE, PATIENCE),
                new PahoTransport(BrokerAddress.parse("mqtt://127.0.0.1:" + port), null),
                Runtime.getRuntime().availableProcessors(),
                context::say);
    }

    /**
     * Waits for all.
     *
     * @throws UnfitException when one does not come
     */
    static void gatherAll(CodedProduct product, int agents) {
        int there = product.gather().cardinality();
        if (there < agents) {
            throw new UnfitException(
                    "all " + agents + " agents must come within " + PATIENCE.toSeconds() + " s: " + there + " have");
        }
    }
}
