package starling.agent.fleet;

import java.util.concurrent.ExecutionException;
import starling.link.LinkException;
import starling.link.SessionSettings;
import starling.models.UnfitException;
import starling.models.command.Program;

/** Staying in a fleet until the end. */
public final class Stay {
    private Stay() {}

    /**
     * Begins, and waits for the end, whether it comes by itself or the program is told to stop; says good-bye in both cases.
     *
     * @param name of the member, for people
     * @param session how it connects
     * @return the exit code
     * @throws LinkException when the network was the reason of the end
     * @throws UnfitException when unfit input was
     */
    public static int untilEnded(String name, Member member, SessionSettings session) throws InterruptedException {
        Thread last = new Thread(
                () -> {
                    member.close();
                    // The logging of this Java may have ended by now.
                    System.err.println(name + " has left: " + member.status());
                },
                "starling-farewell");
        Runtime.getRuntime().addShutdownHook(last);
        member.start(session);
        try {
            member.ended().get();
            return Program.SUCCESS;
        } catch (ExecutionException e) {
            Runtime.getRuntime().removeShutdownHook(last);
            if (e.getCause() instanceof LinkException why) {
                throw why;
            }
            if (e.getCause() instanceof UnfitException why) {
                throw why;
            }
            throw new IllegalStateException("the program has ended unexpectedly", e.getCause());
        }
    }
}
