package starling.router;

import java.util.List;
import picocli.CommandLine.Command;
import starling.link.LinkException;
import starling.models.command.Program;
import starling.router.acl.AclCommand;
import starling.router.broker.UserCommand;
import starling.router.client.InferCommand;
import starling.router.product.ProductCommand;
import starling.router.serve.ServeCommand;
import starling.router.trial.TrialCommand;

/** The edge router of a Starling fleet: broker, requests and answers, metrics. */
@Command(
        name = "router",
        description = "The edge router of a Starling fleet: broker, requests and answers, metrics.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {
            ServeCommand.class,
            InferCommand.class,
            AclCommand.class,
            UserCommand.class,
            TrialCommand.class,
            ProductCommand.class
        })
public final class Router {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    private Router() {}

    /** Runs a command; returns its exit code. */
    static int run(String... arguments) {
        return Program.run(new Router(), List.of(LinkException.class), arguments);
    }

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "%1$tT.%1$tL %4$s %5$s%6$s%n");
        }
        System.exit(run(arguments));
    }
}
