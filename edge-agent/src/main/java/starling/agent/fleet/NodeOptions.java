package starling.agent.fleet;

import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.frame.FrameDescriptor;
import starling.link.mqtt.BrokerAddress;
import starling.link.presence.Instance;
import starling.link.topic.Role;
import starling.models.command.Program;

/** Which node of a fleet a device is. */
public final class NodeOptions {
    private static final Logger LOG = LoggerFactory.getLogger(NodeOptions.class);

    @Mixin
    private FleetOptions fleet = new FleetOptions();

    @Option(names = "--node", paramLabel = "K", required = true, description = "Which node this is, from 0.")
    private int node;

    /**
     * Whose node it is.
     *
     * @throws ParameterException if it cannot be
     */
    public int node(CommandLine line) {
        Program.require(
                line,
                node >= 0 && node <= FrameDescriptor.MAX_WORKER,
                "--node must be 0 to " + FrameDescriptor.MAX_WORKER,
                node);
        return node;
    }

    public String fleet() {
        return fleet.fleet();
    }

    /**
     * Enters the fleet and stays until the end.
     *
     * @param waitsFor what, for people
     * @param member made of the name of this run and a transport that is not connected yet
     * @return the exit code
     * @throws ParameterException if node, broker or fleet cannot be
     */
    public int stay(CommandLine line, String waitsFor, BiFunction<String, Transport, Member> member)
            throws InterruptedException {
        int self = node(line);
        BrokerAddress address = fleet.address(line);
        String instance = Instance.fresh().name();
        SessionSettings session = fleet.session(new Role.Worker(self), instance, self);
        try (Member entering = member.apply(instance, fleet.transport(address))) {
            LOG.info("node {} of fleet {} waits for {} at {}", self, fleet(), waitsFor, fleet.broker());
            return Stay.untilEnded("node " + self, entering, session);
        }
    }
}
