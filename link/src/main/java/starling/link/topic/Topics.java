package starling.link.topic;

import java.util.List;
import java.util.OptionalInt;
import starling.link.frame.FrameDescriptor;

/**
 * The topics of one fleet:
 *
 * <pre>
 * starling/{fleet}/worker/{k}/claim             retained: which run of the program holds this identity
 * starling/{fleet}/worker/{k}/presence          retained: who worker k is, and its last will
 * starling/{fleet}/worker/{k}/heartbeat         that it is still there
 * starling/{fleet}/worker/{k}/frame/{receiver}  EXCHANGE frames of worker k for another worker
 * starling/{fleet}/worker/{k}/answer            ANSWER frames for the router
 * starling/{fleet}/worker/{k}/learner           retained: that worker k takes part in a trial, or why not
 * starling/{fleet}/worker/{k}/update            pieces of what worker k has learned
 * starling/{fleet}/worker/{k}/product           pieces of what worker k has multiplied
 * starling/{fleet}/router/claim                 retained
 * starling/{fleet}/router/presence              retained
 * starling/{fleet}/router/heartbeat
 * starling/{fleet}/router/input/{k}             INPUT frames for worker k
 * starling/{fleet}/router/trial                 retained: the trial that is on, and its settings
 * starling/{fleet}/router/round                 pieces of what all nodes of a trial are told
 * starling/{fleet}/router/product/{k}           pieces of what worker k is to keep and to multiply
 * starling/{fleet}/router/reply/{name}          REPLY frames for a client
 * starling/{fleet}/client/{name}/claim          retained
 * starling/{fleet}/client/{name}/request        REQUEST frames of a client
 * </pre>
 *
 * <p>Whoever publishes owns the level before: nobody may publish below another's name ({@link #rights}). Only claims, presence and what says that a trial is
 * on are ever retained.
 */
public final class Topics {

    private final String fleet;
    private final String root;

    /**
     * The topics of a fleet.
     *
     * @throws IllegalArgumentException if the name breaks the rule of {@link Name}
     */
    public Topics(String fleet) {
        this.fleet = Name.require("a fleet name", fleet);
        this.root = "starling/" + fleet + "/";
    }

    /** The fleet's name. */
    public String fleet() {
        return fleet;
    }

    /** Where a role's identity is claimed. */
    public String claim(Role role) {
        if (role instanceof Role.Worker worker) {
            return worker(worker) + "claim";
        }
        return role instanceof Role.Client client ? client(client) + "claim" : root + "router/claim";
    }

    public String presence(Role.Worker worker) {
        return worker(worker) + "presence";
    }

    public String heartbeat(Role.Worker worker) {
        return worker(worker) + "heartbeat";
    }

    /** Where a worker sends frames for another worker. */
    public String frame(Role.Worker source, Role.Worker receiver) {
        return worker(source) + "frame/" + receiver.number();
    }

    public String answer(Role.Worker worker) {
        return worker(worker) + "answer";
    }

    /** Where a worker says that it takes part in a trial. */
    public String learner(Role.Worker worker) {
        return worker(worker) + "learner";
    }

    /** Where a worker sends what it has learned. */
    public String update(Role.Worker worker) {
        return worker(worker) + "update";
    }

    /** Where a worker sends what it has multiplied. */
    public String products(Role.Worker worker) {
        return worker(worker) + "product";
    }

    /** Where the router tells a worker what to multiply. */
    public String orders(Role.Worker receiver) {
        return root + "router/product/" + receiver.number();
    }

    /** Where the router says which trial is on. */
    public String trial() {
        return root + "router/trial";
    }

    /** Where the router tells all nodes of a trial what to do next. */
    public String round() {
        return root + "router/round";
    }

    public String routerPresence() {
        return root + "router/presence";
    }

    public String routerHeartbeat() {
        return root + "router/heartbeat";
    }

    /** Where the router sends a worker's part of an input. */
    public String input(Role.Worker receiver) {
        return root + "router/input/" + receiver.number();
    }

    public String reply(Role.Client client) {
        return root + "router/reply/" + client.name();
    }

    public String request(Role.Client client) {
        return client(client) + "request";
    }

    /** Filter: the presence of every worker. */
    public String everyPresence() {
        return root + "worker/+/presence";
    }

    /** Filter: the heartbeat of every worker. */
    public String everyHeartbeat() {
        return root + "worker/+/heartbeat";
    }

    /** Filter: the frames that any worker sends to this one. */
    public String framesFor(Role.Worker receiver) {
        return root + "worker/+/frame/" + receiver.number();
    }

    /** Filter: the answer of every worker. */
    public String everyAnswer() {
        return root + "worker/+/answer";
    }

    /** Filter: who takes part in a trial. */
    public String everyLearner() {
        return root + "worker/+/learner";
    }

    /** Filter: what every worker has learned. */
    public String everyUpdate() {
        return root + "worker/+/update";
    }

    /** Filter: what every worker has multiplied. */
    public String everyProduct() {
        return root + "worker/+/product";
    }

    /** Filter: the request of every client. */
    public String everyRequest() {
        return root + "client/+/request";
    }

    /** The worker that publishes on a topic of this fleet, if it is a worker's topic. */
    public OptionalInt workerOf(String topic) {
        String prefix = root + "worker/";
        int end = topic.startsWith(prefix) ? topic.indexOf('/', prefix.length()) : -1;
        int digits = end - prefix.length();
        if (digits < 1 || digits > 5) {
            return OptionalInt.empty();
        }
        int number = 0;
        for (int i = prefix.length(); i < end; i++) {
            char c = topic.charAt(i);
            if (c < '0' || c > '9') {
                return OptionalInt.empty();
            }
            number = 10 * number + c - '0';
        }
        boolean canonical = digits == 1 || topic.charAt(prefix.length()) != '0';
        return canonical && number <= FrameDescriptor.MAX_WORKER ? OptionalInt.of(number) : OptionalInt.empty();
    }

    /**
     * The client that publishes on a request topic of this fleet.
     *
     * @throws IllegalArgumentException if it is no request topic, or the name in it breaks the rule of {@link Role.Client}
     */
    public Role.Client clientOf(String topic) {
        String prefix = root + "client/";
        String suffix = "/request";
        if (!topic.startsWith(prefix)
                || !topic.endsWith(suffix)
                || topic.length() < prefix.length() + suffix.length()) {
            throw new IllegalArgumentException("a request topic must be " + everyRequest() + ": it is " + topic);
        }
        return new Role.Client(topic.substring(prefix.length(), topic.length() - suffix.length()));
    }

    /** What a role may publish and subscribe to in this fleet: everything it needs, and nothing else. */
    public Rights rights(Role role) {
        if (role instanceof Role.Worker worker) {
            return new Rights(
                    List.of(
                            claim(worker),
                            presence(worker),
                            heartbeat(worker),
                            worker(worker) + "frame/+",
                            answer(worker),
                            learner(worker),
                            update(worker),
                            products(worker)),
                    List.of(
                            claim(worker),
                            everyPresence(),
                            everyHeartbeat(),
                            framesFor(worker),
                            routerPresence(),
                            routerHeartbeat(),
                            input(worker),
                            orders(worker),
                            everyLearner(),
                            trial(),
                            round()));
        }
        if (role instanceof Role.Client client) {
            return new Rights(
                    List.of(claim(client), request(client)),
                    List.of(claim(client), reply(client), routerPresence(), routerHeartbeat()));
        }
        return new Rights(
                List.of(
                        claim(role),
                        routerPresence(),
                        routerHeartbeat(),
                        root + "router/input/+",
                        root + "router/reply/+",
                        root + "router/product/+",
                        trial(),
                        round()),
                List.of(
                        claim(role),
                        everyPresence(),
                        everyHeartbeat(),
                        everyAnswer(),
                        everyRequest(),
                        everyLearner(),
                        everyUpdate(),
                        everyProduct(),
                        routerPresence()));
    }

    private String client(Role.Client client) {
        return root + "client/" + client.name() + "/";
    }

    private String worker(Role.Worker worker) {
        return root + "worker/" + worker.number() + "/";
    }
}
