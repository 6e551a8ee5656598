package org.quirkwatch.model;

/// One vector per signal: a quantity at a hook point, pooled over a position.
///
/// @param point where in the model
/// @param position which tokens
/// @param quantity the activation, or the gradient of an objective
public record Tap(HookPoint point, Position position, Quantity quantity) {

    /// The activation at a hook point and position.
    public static Tap activation(HookPoint point, Position position) {
        return new Tap(point, position, new Quantity.Activation());
    }

    /// Whether a backward pass is needed for it.
    public boolean isGradient() {
        return !(quantity instanceof Quantity.Activation);
    }

    /// The name of a tap where positions are mixed: the hook point, and `@` with the position
    /// unless it is the last prompt token.
    public String key() {
        return position == Position.LAST ? point.toString() : point + "@" + position.text();
    }
}
