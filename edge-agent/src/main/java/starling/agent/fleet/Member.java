package starling.agent.fleet;

import java.util.concurrent.CompletableFuture;
import starling.link.SessionSettings;

/** What takes part in a fleet. */
public interface Member extends AutoCloseable {
    /**
     * Connects and takes part.
     *
     * @throws starling.link.LinkException when the broker cannot be reached by the connect deadline, does not grant a subscription by then, or
     *     refuses the member
     */
    void start(SessionSettings session);

    /** Completes with the end; exceptionally with what the program is to end with. */
    CompletableFuture<Void> ended();

    /** One line for people: what it has done. */
    String status();

    /** Says good-bye and ends. Later calls do nothing. */
    @Override
    void close();
}
