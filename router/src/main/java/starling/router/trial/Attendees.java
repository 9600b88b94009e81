package starling.router.trial;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import starling.codes.MalformedMessageException;
import starling.learning.protocol.LearnerNotice;
import starling.learning.protocol.TrialNotice;
import starling.learning.settings.TrialSettings;
import starling.learning.settings.Uplink;
import starling.link.InboundMessage;
import starling.link.Transport;
import starling.link.presence.Presence;
import starling.link.presence.PresenceBoard;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/** Which agents are there, and which of them can take part in the trial. Thread-safe. */
final class Attendees {
    private final TrialSettings settings;
    private final Topics topics;
    private final int @Nullable [] dealt;
    private final Consumer<String> warnings;
    private final PresenceBoard board;
    private final Map<Integer, LearnerNotice> learners = new HashMap<>();
    private TrialNotice notice;

    /**
     * Nobody has been heard.
     *
     * @param dealt samples of each node; null where nodes have samples of their own
     * @param notice of the trial, in whatever epoch
     */
    Attendees(
            TrialSettings settings,
            Topics topics,
            int @Nullable [] dealt,
            TrialNotice notice,
            Consumer<String> warnings) {
        this.settings = settings;
        this.topics = topics;
        this.dealt = dealt;
        this.notice = notice;
        this.warnings = warnings;
        this.board = new PresenceBoard(
                IntStream.range(0, settings.nodes())
                        .mapToObj(k -> new Role.Worker(k).user())
                        .toList(),
                TrialNotice.HEARTBEAT,
                System::nanoTime);
    }

    /** Only who follows this epoch takes part. */
    synchronized void follow(TrialNotice inEpoch) {
        notice = inEpoch;
    }

    CompletableFuture<Void> listen(Transport transport) {
        return board.listen(transport, topics.everyPresence(), topics.everyHeartbeat());
    }

    /** Forgets who can take part: who is still there says so again when it is connected. */
    synchronized void forget() {
        learners.clear();
    }

    /** Takes what an agent says of its part. */
    synchronized void heard(InboundMessage message) {
        int node = topics.workerOf(message.topic()).orElse(Integer.MAX_VALUE);
        if (message.payload().length == 0 || node >= settings.nodes()) {
            return;
        }
        try {
            LearnerNotice said = LearnerNotice.decode(message.payload());
            if (!said.trial().equals(notice.trial()) || said.epoch() != notice.epoch()) {
                return;
            }
            String refused = said.refused();
            if (refused == null && dealt != null && said.samples() != dealt[node]) {
                refused = "its share must have " + dealt[node] + " samples: it has " + said.samples();
            }
            if (refused == null) {
                learners.put(node, said);
            } else {
                learners.remove(node);
                warnings.accept("node " + node + " cannot take part: " + refused);
            }
        } catch (MalformedMessageException e) {
            warnings.accept("node " + node + ": " + e.getMessage());
        }
    }

    /** Who can be asked, in the order of numbers. */
    synchronized List<Fleet.Node> present() {
        boolean masked = settings.uplink() instanceof Uplink.OverTheAir air && air.masked();
        List<Fleet.Node> present = new ArrayList<>();
        for (int node = 0; node < settings.nodes(); node++) {
            Presence presence = presence(node);
            LearnerNotice learner = learners.get(node);
            boolean ready = presence != null
                    && presence.status() == Presence.Status.READY
                    && presence.epoch() == notice.epoch();
            if (learner != null && ready && (!masked || learner.key() != null)) {
                present.add(new Fleet.Node(node, learner.samples()));
            }
        }
        return present;
    }

    /** Which run of a node's agent is there; empty for none. */
    String instance(int node) {
        Presence presence = presence(node);
        return presence == null ? "" : presence.instance();
    }

    private @Nullable Presence presence(int node) {
        return board.find(new Role.Worker(node).user()).orElse(null);
    }

    /** One line for people: who is there, and who is missing. */
    String describe() {
        return board.describe();
    }
}
