package starling.link.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    private final Topics topics = new Topics("barn");
    private final Role.Worker three = new Role.Worker(3);
    private final Role.Worker five = new Role.Worker(5);
    private final Role.Client anna = new Role.Client("anna");

    @Test
    void theTopicsAreThoseOfTheTable() {
        assertEquals("starling/barn/worker/3/claim", topics.claim(three));
        assertEquals("starling/barn/router/claim", topics.claim(new Role.Router()));
        assertEquals("starling/barn/client/anna/claim", topics.claim(anna));
        assertEquals("starling/barn/worker/3/presence", topics.presence(three));
        assertEquals("starling/barn/worker/3/heartbeat", topics.heartbeat(three));
        assertEquals("starling/barn/worker/3/frame/5", topics.frame(three, five));
        assertEquals("starling/barn/worker/3/answer", topics.answer(three));
        assertEquals("starling/barn/router/presence", topics.routerPresence());
        assertEquals("starling/barn/router/heartbeat", topics.routerHeartbeat());
        assertEquals("starling/barn/router/input/5", topics.input(five));
        assertEquals("starling/barn/router/reply/anna", topics.reply(anna));
        assertEquals("starling/barn/client/anna/request", topics.request(anna));
        assertEquals("starling/barn/worker/3/learner", topics.learner(three));
        assertEquals("starling/barn/worker/3/update", topics.update(three));
        assertEquals("starling/barn/router/trial", topics.trial());
        assertEquals("starling/barn/router/round", topics.round());
    }

    @Test
    void whoLearnsTellsTheRouterAloneAndForNobodyElse() {
        Rights worker = topics.rights(three);
        Rights router = topics.rights(new Role.Router());
        assertTrue(worker.mayPublish(topics.learner(three)));
        assertTrue(worker.mayPublish(topics.update(three)));
        assertTrue(worker.maySubscribe(topics.trial()));
        assertTrue(worker.maySubscribe(topics.round()));
        assertTrue(worker.maySubscribe(topics.everyLearner()), "for the keys of masks");
        assertFalse(worker.mayPublish(topics.learner(five)));
        assertFalse(worker.mayPublish(topics.update(five)));
        assertFalse(worker.mayPublish(topics.trial()));
        assertFalse(worker.mayPublish(topics.round()));
        assertFalse(worker.maySubscribe(topics.everyUpdate()));
        assertTrue(router.mayPublish(topics.trial()));
        assertTrue(router.mayPublish(topics.round()));
        assertTrue(router.maySubscribe(topics.everyLearner()));
        assertTrue(router.maySubscribe(topics.everyUpdate()));
        assertFalse(router.mayPublish(topics.update(three)));
    }

    @Test
    void aWorkerMayWriteUnderItsOwnNameOnly() {
        Rights rights = topics.rights(three);
        assertTrue(rights.mayPublish(topics.frame(three, five)));
        assertTrue(rights.mayPublish(topics.presence(three)));
        assertTrue(rights.mayPublish(topics.heartbeat(three)));
        assertTrue(rights.mayPublish(topics.answer(three)));
        assertTrue(rights.mayPublish(topics.claim(three)));
        assertFalse(rights.mayPublish(topics.claim(five)));
        assertFalse(rights.mayPublish(topics.frame(five, three)));
        assertFalse(rights.mayPublish(topics.presence(five)));
        assertFalse(rights.mayPublish(topics.input(three)));
        assertFalse(rights.mayPublish(topics.routerPresence()));
        assertFalse(rights.mayPublish(new Topics("other").answer(three)));
        assertFalse(rights.mayPublish("starling/barn/worker/33/answer"));
    }

    @Test
    void aWorkerMayReadWhatIsForIt() {
        Rights rights = topics.rights(three);
        assertTrue(rights.maySubscribe(topics.claim(three)));
        assertFalse(rights.maySubscribe(topics.claim(five)));
        assertTrue(rights.maySubscribe(topics.framesFor(three)));
        assertTrue(rights.maySubscribe(topics.frame(five, three)));
        assertTrue(rights.maySubscribe(topics.everyPresence()));
        assertTrue(rights.maySubscribe(topics.input(three)));
        assertFalse(rights.maySubscribe(topics.framesFor(five)));
        assertFalse(rights.maySubscribe(topics.input(five)));
        assertFalse(rights.maySubscribe("starling/barn/worker/+/frame/+"));
        assertFalse(rights.maySubscribe("starling/barn/worker/+/frame/#"));
        assertFalse(rights.maySubscribe("#"));
        assertFalse(rights.maySubscribe(topics.everyAnswer()));
    }

    @Test
    void theRouterAndClientsHaveWhatTheyNeed() {
        Rights router = topics.rights(new Role.Router());
        assertTrue(router.mayPublish(topics.input(five)));
        assertTrue(router.mayPublish(topics.reply(anna)));
        assertTrue(router.maySubscribe(topics.everyAnswer()));
        assertTrue(router.maySubscribe(topics.everyRequest()));
        assertTrue(router.maySubscribe(topics.everyHeartbeat()));
        assertTrue(router.maySubscribe(topics.routerPresence()), "to learn its last epoch");
        assertFalse(router.mayPublish(topics.answer(three)));
        assertFalse(router.mayPublish(topics.request(anna)));
        Rights client = topics.rights(anna);
        assertTrue(client.mayPublish(topics.request(anna)));
        assertTrue(client.maySubscribe(topics.reply(anna)));
        assertFalse(client.maySubscribe(topics.reply(new Role.Client("bert"))));
        assertFalse(client.maySubscribe("starling/barn/router/reply/+"));
        assertFalse(client.mayPublish(topics.input(three)));
    }

    @Test
    void aTopicTellsItsOwner() {
        assertEquals(OptionalInt.of(3), topics.workerOf(topics.frame(three, five)));
        assertEquals(OptionalInt.of(0), topics.workerOf("starling/barn/worker/0/presence"));
        assertEquals(OptionalInt.empty(), topics.workerOf("starling/barn/worker/03/presence"));
        assertEquals(OptionalInt.empty(), topics.workerOf("starling/barn/worker/65534/presence"));
        assertEquals(OptionalInt.empty(), topics.workerOf("starling/barn/worker/x/presence"));
        assertEquals(OptionalInt.empty(), topics.workerOf("starling/barn/worker/3"));
        assertEquals(OptionalInt.empty(), topics.workerOf("starling/other/worker/3/answer"));
        assertEquals(OptionalInt.empty(), topics.workerOf(topics.routerPresence()));
        assertEquals(anna, topics.clientOf(topics.request(anna)));
        assertThrows(IllegalArgumentException.class, () -> topics.clientOf("starling/barn/client/request"));
        assertThrows(IllegalArgumentException.class, () -> topics.clientOf("starling/barn/client/a/b/request"));
        assertThrows(IllegalArgumentException.class, () -> topics.clientOf("starling/barn/client/worker-1/request"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a+b", "#", "a/b", "a\0b", "a b", "ä", "worker 1", "\n"})
    void namesWithOtherCharactersAreRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> new Topics(name));
        assertThrows(IllegalArgumentException.class, () -> new Role.Client(name));
    }

    @Test
    void longNamesAreRefusedInOneShortSentence() {
        assertEquals("x".repeat(64), new Topics("x".repeat(64)).fleet());
        for (int length : new int[] {65, 65536}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new Topics("x".repeat(length)));
            assertEquals("a fleet name must have 1 to 64 characters: it has " + length, e.getMessage());
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new Topics("a\0b"));
        assertEquals(
                "a fleet name must consist of the characters A-Z a-z 0-9 . _ -: character 2 is U+0000", e.getMessage());
    }

    @Test
    void clientsCannotTakeTheNamesOfOthers() {
        assertThrows(IllegalArgumentException.class, () -> new Role.Client("router"));
        assertThrows(IllegalArgumentException.class, () -> new Role.Client("worker-3"));
        assertThrows(IllegalArgumentException.class, () -> new Role.Worker(-1));
        assertThrows(IllegalArgumentException.class, () -> new Role.Worker(65534));
    }
}
