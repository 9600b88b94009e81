package starling.link.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.link.Credentials;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/** The fleet that the contract is tried with: two workers, the router and a client. */
public final class ContractFleet {

    public static final Topics TOPICS = new Topics("contract");
    public static final Role.Worker ZERO = new Role.Worker(0);
    public static final Role.Worker ONE = new Role.Worker(1);
    public static final Role.Router ROUTER = new Role.Router();
    public static final Role.Client ANNA = new Role.Client("anna");
    public static final List<Role> ROLES = List.of(ZERO, ONE, ROUTER, ANNA);

    private ContractFleet() {}

    /** The password of a role. */
    public static String password(Role role) {
        return "secret of " + role.user();
    }

    public static Credentials credentials(Role role) {
        return new Credentials(role.user(), password(role));
    }

    /** Passwords by user name. */
    public static Map<String, String> passwords() {
        Map<String, String> all = new LinkedHashMap<>();
        ROLES.forEach(role -> all.put(role.user(), password(role)));
        return all;
    }

    /** What a user may do; nothing, if it is none of the fleet. */
    public static Rights rights(String user) {
        return ROLES.stream()
                .filter(role -> role.user().equals(user))
                .findFirst()
                .map(TOPICS::rights)
                .orElse(new Rights(List.of(), List.of()));
    }
}
