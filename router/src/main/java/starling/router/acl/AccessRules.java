package starling.router.acl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import starling.link.topic.Name;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.TopicFilter;
import starling.link.topic.Topics;
import starling.models.UnfitException;

/**
 * What each user of a broker may publish and subscribe to. As JSON:
 *
 * <pre>
 * {"version": 1,
 *  "users": {"worker-0": {"publish": ["starling/home/worker/0/presence", ...], "subscribe": [...]}, ...}}
 * </pre>
 *
 * @param users rights by user name, sorted
 */
public record AccessRules(Map<String, Rights> users) {

    private static final int VERSION = 1;
    private static final long MAX_BYTES = 16L << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public AccessRules {
        users = Collections.unmodifiableMap(new TreeMap<>(users));
    }

    /** Rules for nobody. */
    public static AccessRules none() {
        return new AccessRules(Map.of());
    }

    /**
     * The rules of a fleet: its workers, its router and the clients named. They follow {@link Topics#rights}, but a right to
     * publish to any worker or client becomes one right for each that there is, so that what can be published is finite.
     *
     * @throws UnfitException if a name is not allowed, or there are no workers or too many
     */
    public static AccessRules ofFleet(String fleet, int workers, Collection<String> clients) {
        if (workers < 1) {
            throw new UnfitException("a fleet must have at least one worker: it has " + workers);
        }
        try {
            Topics topics = new Topics(fleet);
            List<Role> roles = Stream.<Role>concat(
                            IntStream.range(0, workers).mapToObj(Role.Worker::new),
                            Stream.concat(
                                    Stream.of(new Role.Router()),
                                    clients.stream().distinct().map(Role.Client::new)))
                    .toList();
            Set<String> targets = targets(topics, roles);
            Map<String, Rights> users = new TreeMap<>();
            for (Role role : roles) {
                Rights rights = topics.rights(role);
                users.put(role.user(), new Rights(finite(rights.publish(), targets), rights.subscribe()));
            }
            return new AccessRules(users);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Every topic on which somebody addresses somebody. */
    private static Set<String> targets(Topics topics, List<Role> roles) {
        Set<String> targets = new TreeSet<>();
        for (Role to : roles) {
            if (to instanceof Role.Client client) {
                targets.add(topics.reply(client));
            } else if (to instanceof Role.Worker receiver) {
                targets.add(topics.input(receiver));
                targets.add(topics.orders(receiver));
                for (Role from : roles) {
                    if (from instanceof Role.Worker source && !source.equals(receiver)) {
                        targets.add(topics.frame(source, receiver));
                    }
                }
            }
        }
        return targets;
    }

    private static List<String> finite(List<String> filters, Set<String> targets) {
        List<String> result = new ArrayList<>();
        for (String filter : filters) {
            if (filter.indexOf('+') < 0 && filter.indexOf('#') < 0) {
                result.add(filter);
            } else {
                targets.stream()
                        .filter(topic -> TopicFilter.matches(filter, topic))
                        .forEach(result::add);
            }
        }
        return result;
    }

    /** The rights of a user, if there are rules for it. */
    public Optional<Rights> of(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /**
     * Reads a file of rules.
     *
     * @throws UnfitException if it is missing, unreadable, malformed, of another version, or has no user
     */
    public static AccessRules read(Path file) {
        String what = "the file of rules " + file;
        try {
            if (!Files.isRegularFile(file)) {
                throw new UnfitException(
                        what + " must be a file: " + (Files.exists(file) ? "it is not" : "there is none"));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UnfitException(
                        what + " must have at most " + MAX_BYTES + " bytes: it has " + Files.size(file));
            }
            return parse(what, JSON.readTree(file.toFile()));
        } catch (JsonProcessingException e) {
            throw new UnfitException(what + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UnfitException("cannot read " + what + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UnfitException(what + " is malformed: " + e.getMessage(), e);
        }
    }

    private static AccessRules parse(String what, JsonNode root) {
        if (!root.isObject()) {
            throw new UnfitException(
                    what + " must be a JSON object: it is " + (root.isMissingNode() ? "empty" : "none"));
        }
        requireOnly("it", root, Set.of("version", "users"));
        if (!root.path("version").isInt() || root.path("version").intValue() != VERSION) {
            throw new UnfitException(what + " must be of version " + VERSION + ": it is of " + root.path("version"));
        }
        JsonNode list = root.path("users");
        if (!list.isObject() || list.isEmpty()) {
            throw new UnfitException(what + " must have rules for at least one user: it has none");
        }
        Map<String, Rights> users = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : list.properties()) {
            String user = Name.require("a user name", entry.getKey());
            requireOnly("user " + user, entry.getValue(), Set.of("publish", "subscribe"));
            users.put(
                    user,
                    new Rights(
                            filters(user, entry.getValue(), "publish"), filters(user, entry.getValue(), "subscribe")));
        }
        return new AccessRules(users);
    }

    private static void requireOnly(String what, JsonNode object, Set<String> keys) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!keys.contains(name)) {
                throw new IllegalArgumentException(what + " has the key \"" + name + "\", which nobody knows");
            }
        }
    }

    private static List<String> filters(String user, JsonNode rights, String key) {
        JsonNode list = rights.path(key);
        if (!list.isArray()) {
            throw new IllegalArgumentException("user " + user + " must have a list \"" + key + "\"");
        }
        List<String> filters = new ArrayList<>();
        for (JsonNode filter : list) {
            if (!filter.isTextual()) {
                throw new IllegalArgumentException("user " + user + " must have strings in \"" + key + "\"");
            }
            filters.add(TopicFilter.requireFilter(filter.textValue()));
        }
        return filters;
    }

    /** The rules as {@link #read} takes them. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode().put("version", VERSION);
        ObjectNode list = root.putObject("users");
        users.forEach((user, rights) -> {
            ObjectNode each = list.putObject(user);
            add(each.putArray("publish"), rights.publish());
            add(each.putArray("subscribe"), rights.subscribe());
        });
        return root.toPrettyString() + "\n";
    }

    private static void add(ArrayNode array, List<String> filters) {
        filters.forEach(array::add);
    }
}
