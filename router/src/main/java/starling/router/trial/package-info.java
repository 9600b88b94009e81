/**
 * A federated-learning field trial: rounds in which nodes learn, send by messages or over the air, and the server moves the model;
 * nodes simulated in this process; the folder with everything a trial leaves.
 */
@NullMarked
package starling.router.trial;

import org.jspecify.annotations.NullMarked;
