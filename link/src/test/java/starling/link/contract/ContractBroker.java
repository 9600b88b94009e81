package starling.link.contract;

import starling.link.Transport;

/**
 * A broker to be held to {@link TransportContract}, with the users of {@link ContractFleet}: each may do what its rights say, and is known by its user
 * name whatever client id it gives.
 */
public interface ContractBroker extends AutoCloseable {

    /** A transport and the power to cut its connection. */
    interface Line extends AutoCloseable {
        Transport transport();

        /** Cuts the connection without good-bye, and keeps it cut. */
        void cut();

        /** Lets it connect again. */
        void mend();

        @Override
        void close();
    }

    /** A transport to this broker that is not yet connected. */
    Line newLine();

    /** Dies without a word. */
    void stop();

    /** Comes back where it was; what it kept in memory may be lost. */
    void start();

    /** Whether a subscription beyond one's rights is refused with a reason code; if not, it must deliver nothing. */
    boolean refusesSubscriptions();

    @Override
    void close();
}
