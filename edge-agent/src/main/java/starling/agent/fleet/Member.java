package starling.agent.fleet;

import java.util.concurrent.CompletableFuture;

/** What takes part in a fleet. */
public interface Member extends AutoCloseable {
    /** Completes with the end; exceptionally with what the program is to end with. */
    CompletableFuture<Void> ended();

    /** One line for people: what it has done. */
    String status();

    /** Says good-bye and ends. Later calls do nothing. */
    @Override
    void close();
}
