"""Names and occupations."""

from typing import Final

from services.core.rendering.words import listed

FIRST_NAMES: Final = listed(
    """Abigail, Ada, Adam, Adrian, Agnes, Alan, Albert, Alice, Amanda, Amelia, Amir, Amy, Andre, Andrea, Angela, Anita,
    Anna, Anthony, Arthur, Aurora, Barbara, Beatrice, Benjamin, Bernard, Bianca, Boris, Brenda, Brian, Bruno, Camille,
    Carl, Carla, Carmen, Caroline, Cecilia, Charles, Charlotte, Chloe, Christian, Clara, Claire, Colin, Conrad, Cora,
    Cynthia, Daisy, Daniel, Daphne, David, Deborah, Dennis, Diana, Dominic, Donald, Dora, Douglas, Edgar, Edith,
    Edward, Eleanor, Elena, Eli, Elisa, Elizabeth, Ella, Elsa, Emil, Emily, Emma, Eric, Erica, Ernest, Esther, Ethan,
    Eugene, Eva, Evelyn, Fabian, Felix, Fiona, Flora, Florence, Frances, Frank, Freda, Frederick, Gabriel, George,
    Gerald, Gloria, Grace, Graham, Greta, Gustav, Hannah, Harold, Harriet, Harry, Hazel, Hector, Helen, Henry, Herbert,
    Hilda, Hugo, Ian, Ida, Ingrid, Irene, Iris, Isaac, Isabel, Ivan, Jack, Jacob, James, Jane, Janet, Jasmine, Jason,
    Jean, Jennifer, Jeremy, Jessica, Joan, Joel, John, Jonas, Joseph, Josephine, Joyce, Judith, Julia, Julian, June,
    Justin, Karen, Karl, Kate, Keith, Kenneth, Kevin, Kurt, Lara, Laura, Laurence, Leah, Leo, Leonard, Leonora, Lewis,
    Lily, Linda, Lisa, Louis, Louise, Lucas, Lucy, Luna, Lydia, Mabel, Magnus, Marcus, Margaret, Maria, Marie, Marina,
    Mark, Martha, Martin, Mary, Matilda, Matthew, Maurice, Max, Maya, Michael, Mila, Mildred, Miles, Miriam, Molly,
    Monica, Nadia, Naomi, Natalie, Nathan, Neil, Nicholas, Nina, Noah, Nora, Norman, Olga, Olive, Oliver, Olivia,
    Oscar, Otto, Pamela, Patricia, Patrick, Paul, Paula, Pauline, Penelope, Peter, Petra, Philip, Phoebe, Quentin,
    Rachel, Ralph, Raymond, Rebecca, Regina, Richard, Rita, Robert, Robin, Roger, Roland, Rosa, Rose, Ruby, Rupert,
    Ruth, Samuel, Sandra, Sara, Sarah, Sebastian, Selma, Sharon, Sidney, Silvia, Simon, Sonia, Sophia, Stanley, Stella,
    Stephen, Susan, Tamara, Teresa, Theodore, Theresa, Thomas, Timothy, Tina, Tobias, Ursula, Valerie, Vera, Veronica,
    Victor, Victoria, Vincent, Viola, Violet, Virginia, Vivian, Walter, Wanda, Wendy, Wilfred, William, Winifred,
    Yolanda, Yvonne, Zachary, Zoe"""
)

LAST_NAMES: Final = listed(
    """Abbott, Adams, Alexander, Allen, Anderson, Andrews, Archer, Armstrong, Arnold, Ashworth, Atkinson, Austin,
    Bailey, Baker, Baldwin, Banks, Barker, Barnes, Barrett, Bartlett, Bauer, Beaumont, Becker, Bell, Bennett, Berg,
    Bishop, Black, Blake, Bloom, Booth, Bowen, Bradley, Brandt, Brennan, Brooks, Brown, Bryant, Buckley, Burke, Burns,
    Butler, Byrne, Caldwell, Cameron, Campbell, Carlson, Carpenter, Carr, Carter, Chambers, Chandler, Chapman, Clark,
    Clayton, Cole, Coleman, Collins, Connor, Cook, Cooper, Crawford, Cross, Cruz, Cunningham, Curtis, Dalton, Daniels,
    Davidson, Davis, Dawson, Day, Dean, Delgado, Dixon, Doyle, Drake, Duncan, Dunn, Eaton, Edwards, Elliott, Ellis,
    Erickson, Evans, Farrell, Ferguson, Fernandez, Fields, Fischer, Fisher, Fitzgerald, Fleming, Fletcher, Flores,
    Foster, Fowler, Fox, Francis, Franklin, Fraser, Freeman, Fuller, Garcia, Gardner, Garrett, Gibson, Gilbert,
    Goodwin, Gordon, Graham, Grant, Graves, Gray, Green, Greene, Griffin, Hale, Hall, Hamilton, Hansen, Harding,
    Harper, Harris, Harrison, Hart, Harvey, Hawkins, Hayes, Henderson, Herman, Hicks, Hill, Hoffman, Holland, Holmes,
    Holt, Hopkins, Horn, Howard, Howell, Hudson, Hughes, Hunt, Hunter, Ingram, Jackson, Jacobs, Jensen, Johnson,
    Johnston, Jones, Jordan, Kaiser, Keller, Kelly, Kennedy, Kent, Klein, Knight, Koch, Kramer, Lambert, Lane, Larson,
    Lawrence, Lawson, Lee, Lehmann, Lewis, Lindgren, Little, Lloyd, Long, Lopez, Lowe, Lynch, Macdonald, Maier, Marsh,
    Marshall, Martin, Martinez, Mason, Matthews, Maxwell, May, McBride, McCarthy, McGregor, McKenzie, Meyer, Miller,
    Mills, Mitchell, Monroe, Montgomery, Moore, Morales, Moreno, Morgan, Morris, Morrison, Moss, Murphy, Murray, Myers,
    Nash, Navarro, Nelson, Newman, Newton, Nichols, Nielsen, Nolan, Norris, Novak, O'Brien, O'Connell, O'Connor,
    O'Neill, Olsen, Olson, Ortega, Osborne, Owen, Palmer, Parker, Parsons, Patterson, Payne, Pearson, Perez, Perkins,
    Perry, Peters, Peterson, Phillips, Pierce, Porter, Potter, Powell, Price, Quinn, Ramirez, Ramsey, Randall, Reed,
    Reeves, Reyes, Reynolds, Rice, Richards, Richter, Riley, Rivera, Roberts, Robinson, Rodgers, Romero, Rose, Ross,
    Russell, Ryan, Sanchez, Sanders, Schmidt, Schneider, Schroeder, Schultz, Scott, Shaw, Shelton, Sherman, Silva,
    Simmons, Simon, Simpson, Sinclair, Slater, Smith, Snyder, Spencer, Stanley, Stark, Steele, Stephens, Stevens,
    Stewart, Stone, Strong, Sullivan, Sutton, Swanson, Taylor, Thomas, Thompson, Thornton, Torres, Tucker, Turner,
    Underwood, Vaughn, Vega, Vogel, Wagner, Walker, Wallace, Walsh, Walter, Ward, Warren, Watkins, Watson, Weaver,
    Webb, Weber, Wells, West, Wheeler, White, Wilkins, Williams, Willis, Wilson, Winter, Wolf, Wood, Wright, Wyatt,
    Yates, York, Young, Ziegler"""
)

PREFIXES: Final = ("Mr.", "Mrs.", "Ms.", "Miss", "Dr.")

SUFFIXES: Final = ("Jr.", "Sr.", "I", "II", "III", "IV", "V", "MD", "DDS", "PhD", "DVM")

JOB_DESCRIPTORS: Final = listed(
    """Acting, Assistant, Associate, Chief, Corporate, Deputy, Digital, District, Executive, Global, Head, Interim,
    International, Junior, Lead, National, Principal, Regional, Senior, Staff, Technical"""
)

JOB_AREAS: Final = listed(
    """Accounting, Accounts, Analytics, Brand, Branding, Business, Communications, Compliance, Content, Customer, Data,
    Design, Development, Engineering, Events, Facilities, Finance, Growth, Infrastructure, Integration, Legal,
    Logistics, Marketing, Metrics, Mobility, Operations, Optimization, Partnerships, Procurement, Product, Program,
    Quality, Research, Sales, Security, Strategy, Support"""
)

JOB_TYPES: Final = listed(
    """Administrator, Advisor, Agent, Analyst, Architect, Assistant, Associate, Auditor, Consultant, Coordinator,
    Designer, Developer, Director, Engineer, Facilitator, Inspector, Liaison, Manager, Officer, Planner, Producer,
    Representative, Specialist, Strategist, Technician"""
)
