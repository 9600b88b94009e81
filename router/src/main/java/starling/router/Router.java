package starling.router;

import java.util.List;
import picocli.CommandLine.Command;
import starling.models.command.Program;
import starling.router.acl.AclCommand;
import starling.router.broker.UserCommand;

/** The edge router of a Starling fleet: broker, requests and answers, metrics. */
@Command(
        name = "router",
        description = "The edge router of a Starling fleet: broker, requests and answers, metrics.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        subcommands = {AclCommand.class, UserCommand.class})
public final class Router {
    private Router() {}

    public static void main(String[] arguments) {
        System.exit(Program.run(new Router(), List.of(), arguments));
    }
}
