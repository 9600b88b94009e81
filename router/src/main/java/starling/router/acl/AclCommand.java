package starling.router.acl;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.models.UnfitException;
import starling.models.plan.Bundle;

/** {@code router acl}: prints the rules of a bundle's fleet, ready to be saved as the broker's file. */
@Command(
        name = "acl",
        description = "Prints the configuration that lets each worker publish only its own topics.",
        mixinStandardHelpOptions = true)
public final class AclCommand implements Callable<Integer> {

    /** A broker that rules can be printed for. */
    enum Broker {
        mosquitto,
        artemis
    }

    @ArgGroup(multiplicity = "1")
    private Members members = new Members();

    /** How many workers there are. */
    static final class Members {
        @Option(names = "--bundle", paramLabel = "DIR", description = "The bundle: one user for each of its workers.")
        private @Nullable Path bundle;

        @Option(
                names = "--workers",
                paramLabel = "N",
                description = "So many workers, where there is no bundle: the nodes of a trial.")
        private int workers;

        int count() {
            return bundle == null ? workers : Bundle.open(bundle).plan().workers();
        }
    }

    @Option(
            names = "--broker",
            required = true,
            paramLabel = "BROKER",
            description = "mosquitto: an acl_file; artemis: the file of rules of the router's own broker.")
    private Broker broker;

    @Option(
            names = "--fleet",
            defaultValue = "starling",
            paramLabel = "NAME",
            description = "The fleet's name in its topics (default: ${DEFAULT-VALUE}).")
    private String fleet;

    @Option(
            names = "--clients",
            split = ",",
            paramLabel = "NAME",
            description = "Users that may send requests to the router over MQTT.")
    private List<String> clients = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        int workers = members.count();
        AccessRules rules;
        try {
            rules = AccessRules.ofFleet(fleet, workers, clients);
        } catch (UnfitException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        String text =
                switch (broker) {
                    case artemis -> rules.toJson();
                    case mosquitto -> mosquitto(rules);
                };
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private String mosquitto(AccessRules rules) {
        StringBuilder text = new StringBuilder();
        text.append("# acl_file for Mosquitto 2 and the fleet \"")
                .append(fleet)
                .append("\". To be used with these lines of mosquitto.conf:\n#\n");
        MosquittoRules.settings("/etc/mosquitto/starling.acl", "/etc/mosquitto/starling.passwd")
                .forEach(line -> text.append("#   ").append(line).append('\n'));
        text.append("#\n# Passwords: mosquitto_passwd /etc/mosquitto/starling.passwd USER, for each user below.\n");
        return text.append(MosquittoRules.aclFile(rules)).toString();
    }
}
