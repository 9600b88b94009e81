package starling.router.broker;

import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the engine's own chatter out of the log, unless a logging configuration asks for it. */
final class BrokerLogs {

    // Held, since the platform forgets the level of a logger that nobody holds.
    private static final Logger ENGINE = Logger.getLogger("org.apache.activemq");
    private static final Logger AUDIT = Logger.getLogger("org.apache.activemq.audit");
    private static final Logger NETTY = Logger.getLogger("io.netty");

    private static final Logger QUEUES = Logger.getLogger("org.apache.activemq.artemis.core.server");

    /** That a queue has no dead-letter and no expiry address, said once per subscription. None has, by design. */
    private static final Set<String> UNNEEDED = Set.of("AMQ222165", "AMQ222166");

    private BrokerLogs() {}

    private static String codeOf(String message) {
        int colon = message.indexOf(':');
        return colon < 0 ? "" : message.substring(0, colon);
    }

    static void quieten() {
        for (Logger logger : List.of(ENGINE, NETTY)) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.WARNING);
            }
        }
        if (QUEUES.getFilter() == null) {
            QUEUES.setFilter(entry -> !UNNEEDED.contains(codeOf(String.valueOf(entry.getMessage()))));
        }
        if (AUDIT.getLevel() == null) {
            AUDIT.setLevel(Level.OFF);
        }
    }
}
