package starling.router.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.topic.Rights;
import starling.link.topic.Role;
import starling.link.topic.TopicFilter;
import starling.link.topic.Topics;
import starling.models.UnfitException;

class AccessRulesTest {

    @TempDir
    private Path folder;

    private static final Topics TOPICS = new Topics("home");
    private static final int WORKERS = 4;
    private static final List<String> CLIENTS = List.of("ann", "bob");

    private static List<Role> roles() {
        List<Role> roles = new ArrayList<>(List.of(new Role.Router()));
        for (int k = 0; k < WORKERS; k++) {
            roles.add(new Role.Worker(k));
        }
        CLIENTS.forEach(name -> roles.add(new Role.Client(name)));
        return roles;
    }

    /** Every topic that exists in the fleet. */
    private static Set<String> everyTopic() {
        Set<String> topics = new java.util.TreeSet<>(
                Set.of(TOPICS.routerPresence(), TOPICS.routerHeartbeat(), TOPICS.trial(), TOPICS.round()));
        roles().forEach(role -> topics.add(TOPICS.claim(role)));
        for (int k = 0; k < WORKERS; k++) {
            Role.Worker worker = new Role.Worker(k);
            topics.addAll(List.of(
                    TOPICS.presence(worker),
                    TOPICS.heartbeat(worker),
                    TOPICS.answer(worker),
                    TOPICS.learner(worker),
                    TOPICS.update(worker),
                    TOPICS.products(worker),
                    TOPICS.orders(worker),
                    TOPICS.input(worker)));
            for (int other = 0; other < WORKERS; other++) {
                if (other != k) {
                    topics.add(TOPICS.frame(worker, new Role.Worker(other)));
                }
            }
        }
        for (String name : CLIENTS) {
            topics.add(TOPICS.request(new Role.Client(name)));
            topics.add(TOPICS.reply(new Role.Client(name)));
        }
        return topics;
    }

    @Test
    void grantsOnEveryTopicOfTheFleetExactlyWhatTheTopicsSay() {
        AccessRules rules = AccessRules.ofFleet("home", WORKERS, CLIENTS);
        assertEquals(WORKERS + 1 + CLIENTS.size(), rules.users().size());
        for (Role role : roles()) {
            Rights granted = rules.of(role.user()).orElseThrow();
            Rights meant = TOPICS.rights(role);
            for (String topic : everyTopic()) {
                assertEquals(meant.mayPublish(topic), granted.mayPublish(topic), role + " on " + topic);
                assertEquals(meant.maySubscribe(topic), granted.maySubscribe(topic), role + " on " + topic);
            }
        }
    }

    @Test
    void whatCanBePublishedIsFiniteAndHasOnePublisherEach() {
        AccessRules rules = AccessRules.ofFleet("home", WORKERS, CLIENTS);
        List<String> all = new ArrayList<>();
        for (Rights rights : rules.users().values()) {
            rights.publish().forEach(topic -> {
                TopicFilter.requireTopic(topic);
                all.add(topic);
            });
        }
        assertEquals(all.size(), Set.copyOf(all).size());
        assertEquals(everyTopic(), new java.util.TreeSet<>(all));
        assertFalse(rules.of("worker-0").orElseThrow().mayPublish("starling/home/worker/0/frame/4"));
    }

    @Test
    void readsWhatItWrites() throws IOException {
        AccessRules rules = AccessRules.ofFleet("home", WORKERS, CLIENTS);
        Path file = Files.writeString(folder.resolve("rules.json"), rules.toJson());
        assertEquals(rules, AccessRules.read(file));
    }

    @Test
    void goesOnReadingTheFirstVersion() throws Exception {
        Path golden = Path.of(java.util.Objects.requireNonNull(
                        AccessRulesTest.class.getResource("/starling/router/acl/rules-v1.json"))
                .toURI());
        AccessRules expected = new AccessRules(Map.of(
                "ann",
                new Rights(
                        List.of("starling/home/client/ann/request"),
                        List.of("starling/home/router/reply/ann", "starling/home/router/#")),
                "worker-0",
                new Rights(List.of("starling/home/worker/0/presence", "starling/home/worker/0/frame/+"), List.of())));
        assertEquals(expected, AccessRules.read(golden));
    }

    @Test
    void refusesFleetsThatCannotBe() {
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("home", 0, List.of()));
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("home", 1_000_000, List.of()));
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("a/b", 2, List.of()));
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("home", 2, List.of("router")));
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("home", 2, List.of("worker-0")));
        assertThrows(UnfitException.class, () -> AccessRules.ofFleet("home", 2, List.of("+")));
    }

    private void assertRefused(String reason, String content) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.json"), content);
        String said = String.valueOf(assertThrows(UnfitException.class, () -> AccessRules.read(file), content)
                .getMessage());
        assertTrue(said.contains(reason) && said.startsWith("the file of rules " + file), said);
    }

    @Test
    void refusesFilesThatAreNoRules() throws IOException {
        assertThrows(UnfitException.class, () -> AccessRules.read(folder.resolve("none")));
        assertThrows(UnfitException.class, () -> AccessRules.read(folder));
        assertRefused("is empty", "");
        assertRefused("is not JSON", "user worker-0\ntopic write x\n");
        assertRefused("must be a JSON object", "[]");
        assertRefused("must be of version 1", "{}");
        assertRefused("must be of version 1", "{\"version\":2,\"users\":{}}");
        assertRefused("must have rules for at least one user", "{\"version\":1,\"users\":{}}");
        assertRefused("must have rules for at least one user", "{\"version\":1}");
        assertRefused("which nobody knows", "{\"version\":1,\"users\":{},\"more\":1}");
        assertRefused("must have a list \"publish\"", "{\"version\":1,\"users\":{\"a\":{}}}");
        assertRefused("must have a list \"subscribe\"", "{\"version\":1,\"users\":{\"a\":{\"publish\":[]}}}");
        assertRefused("must have a list \"publish\"", "{\"version\":1,\"users\":{\"a\":7}}");
        assertRefused("must have strings", "{\"version\":1,\"users\":{\"a\":{\"publish\":[1],\"subscribe\":[]}}}");
        assertRefused(
                "a topic filter must", "{\"version\":1,\"users\":{\"a\":{\"publish\":[\"a/#/b\"],\"subscribe\":[]}}}");
        assertRefused("a user name must", "{\"version\":1,\"users\":{\"a/b\":{\"publish\":[],\"subscribe\":[]}}}");
        assertRefused(
                "is not JSON",
                "{\"version\":1,\"users\":{\"a\":{\"publish\":[],\"subscribe\":[]},\"a\":{\"publish\":[\"#\"],\"subscribe\":[]}}}");
        assertRefused("is not JSON", "{\"version\":1,\"users\":{\"a\":{\"publish\":[],\"subscribe\":[]}}} x");
    }
}
