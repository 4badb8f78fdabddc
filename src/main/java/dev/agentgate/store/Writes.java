package dev.agentgate.store;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of the store that changes stored data. Only {@code queue.Orders} may call such
 * methods, so that every change has one way to go. The exception is {@link Outbox}, which only
 * {@code notify} changes. An architecture test enforces both.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Writes {}
