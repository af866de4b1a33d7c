"""What shops sell, and how they sort it."""

from typing import Final

from services.core.rendering.words import listed

PRODUCTS: Final = listed(
    """Backpack, Ball, Bench, Bike, Blanket, Bread, Car, Chair, Cheese, Gloves, Hat, Keyboard, Lamp, Mouse, Mug,
    Notebook, Pants, Salad, Shirt, Shoes, Soap, Table, Towels, Umbrella"""
)

PRODUCT_ADJECTIVES: Final = listed(
    """Awesome, Classic, Elegant, Ergonomic, Fantastic, Generic, Gorgeous, Handcrafted, Handmade, Incredible, Modern,
    Practical, Refined, Rustic, Sleek, Small, Tasty"""
)

PRODUCT_MATERIALS: Final = listed(
    "Bamboo, Ceramic, Concrete, Cotton, Granite, Leather, Metal, Plastic, Rubber, Steel, Wooden"
)

DEPARTMENTS: Final = listed(
    """Automotive, Baby, Beauty, Books, Clothing, Computers, Electronics, Games, Garden, Grocery, Health, Home,
    Industrial, Jewelry, Kids, Movies, Music, Outdoors, Shoes, Sports, Tools, Toys"""
)
